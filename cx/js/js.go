// Package js holds the protocol's client for pages: cx.js, one ES module without
// a build step, typed by its comments. Whoever serves a page that speaks to
// brands serves [Source] with it.
package js

import _ "embed"

// Source is cx.js: exports discover, validate, screenURL, expand, freeze, say,
// send, receipt, CXError, VERSION and REL.
//
//go:embed cx.js
var Source string
