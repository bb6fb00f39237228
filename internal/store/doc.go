// Package store holds all SQL. Two engines, SQLite and PostgreSQL, read one
// text of it; what differs is the small [engine].
//
// The tour: open.go opens and migrates; writer.go (with tx.go) is the group writer through
// which every write of the process passes (take one, drain what waits, commit,
// answer all; each under its own savepoint); accept.go is the one transaction
// behind every 201: key, slot, case, moment, step, counts, events; counts.go
// the roll-ups; then a file per noun. relay.go (not relay_key.go, which is about messengers) tells watchers of committed
// events, in order, after the commit and never before.
//
// Times in tables are UTC microseconds, 0 for never. No statement contains a
// clock, an id or a random number of its own: they are passed in.
package store
