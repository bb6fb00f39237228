package store_test

import (
	"testing"

	"github.com/sayline/sayline/internal/store/storetest"
	"github.com/sayline/sayline/internal/testkit"
)

func TestInvariant05And06And10MachineSQLite(t *testing.T) {
	storetest.Machine(t, testkit.Size(1, 2), 1, sqlite)
}

func TestInvariant05And06And10MachinePostgres(t *testing.T) {
	storetest.Machine(t, testkit.Size(1, 2), testkit.Size(4, 1), testkit.Postgres)
}

// TestInvariant20 tries only what says that brands are apart.
func TestInvariant20IsolationSQLite(t *testing.T) { storetest.RunNoun(t, "isolation", sqlite) }
func TestInvariant20IsolationPostgres(t *testing.T) {
	storetest.RunNoun(t, "isolation", testkit.Postgres)
}
