package testkit

import (
	"sync"
	"testing"
)

// Original is a PostgreSQL database that tests get copies of.
type Original struct {
	Fill func(url string) error // fills the empty original, once in a process, and closes all its connections

	once sync.Once
	name string
	err  error
}

// Postgres is like the function of that name, for a copy of the original.
func (o *Original) Postgres(t testing.TB) string {
	t.Helper()
	server, err := sharedServer()
	if err != nil {
		t.Fatalf("no PostgreSQL server for this test: %v", err)
	}
	if server.users == nil { // it would keep the original for ever
		url := Postgres(t)
		if err := o.Fill(url); err != nil {
			t.Fatal(err)
		}
		return url
	}
	o.once.Do(func() {
		o.name = databaseName()
		if o.err = server.exec(`CREATE DATABASE ` + o.name); o.err == nil {
			o.err = o.Fill(server.database(o.name))
		}
	})
	if o.err != nil {
		t.Fatalf("the original of the test's database cannot be made: %v", o.err)
	}
	return server.create(t, ` TEMPLATE `+o.name)
}
