// Package e2e tells the scenes Sayline is for, each as a test: a whole server on
// a real database, real browsers for its people, real receivers for what leaves
// it. They read as stories; [open] makes the house they happen in.
package e2e
