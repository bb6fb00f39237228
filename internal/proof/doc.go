// Package proof verifies what one of a brand's own systems says about who
// somebody is: a JWT that a guest's app puts into the touch screen's address, behind
// the #, so that it reaches no log.
//
// [Verify] is all of it: the token's key is looked up among those the brand
// registered, the key decides the algorithm, and every claim that bounds the
// token (who made it, for whom, for what, from when until when) has to hold.
// docs/identity.md tells a brand's engineer how to make one; a test runs it.
package proof
