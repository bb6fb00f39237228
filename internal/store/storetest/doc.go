// Package storetest is the behaviour that both engines must show: one suite,
// run against SQLite and PostgreSQL by the tests of internal/store, and the
// oracle that other tests ask whether a database is whole.
//
// The tour: suite.go lists the behaviours and runs them ([Run]); house.go is
// the fixture, a database with a store and a clock that stands still until it
// is moved; fresh.go has databases for everybody's tests, their tables made
// ([SQLite], [Postgres]); then a file per noun of the store. audit.go is the oracle
// ([Audit]): it reads the plain rows, counts everything again the slow way and
// names what is not as it must always be; recount.go are its counts. model.go
// tells the table of states a second time in plain Go maps, play.go plays random
// lives against it; random.go counts random moments in awkward time zones;
// load.go sends many taps at once.
package storetest
