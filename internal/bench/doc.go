// Package bench measures a real Sayline from outside: it starts servers as
// processes of their own on loopback, speaks to them over sockets, and prints
// one table with the aims beside what was measured.
//
// Start with [Run]. load.go is the load generator (as light as it can be, for
// it shares the machine's cores with the server); server.go starts and ends
// servers; webhook.go, stream.go, alert.go, search.go and desk.go each measure one
// thing, run.go the rest;
// report.go writes the table of docs/performance.md.
//
// The floor is a handler that only decodes the same JSON and answers: what
// net/http itself costs on this machine, in this run. Ratios to it travel
// between machines better than figures do.
package bench
