// Package app is the parts list: it makes every part of a running Sayline, top
// to bottom, hands each what it needs, starts them in order and stops them in
// the opposite one.
//
// [Open] makes the parts from [Options] and listens; [App.Run] serves until its
// context ends. End-to-end tests, the demo and the command line start this very
// same value.
package app
