package testkit_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/sayline/sayline/internal/testkit"
)

func TestPostgresGivesAFreshDatabase(t *testing.T) {
	ctx := t.Context()
	var names []string
	for range 2 {
		conn, err := pgx.Connect(ctx, testkit.Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, `CREATE TABLE mark (n BIGINT)`); err != nil {
			t.Fatalf("the database was not empty: %v", err)
		}
		var name, fsync, commit string
		if err := conn.QueryRow(ctx, `SELECT current_database(), current_setting('fsync'), current_setting('synchronous_commit')`).
			Scan(&name, &fsync, &commit); err != nil {
			t.Fatal(err)
		}
		if fsync != "on" || commit != "on" {
			t.Errorf("fsync %s, synchronous_commit %s: a kill test would prove nothing", fsync, commit)
		}
		names = append(names, name)
	}
	if names[0] == names[1] {
		t.Errorf("both databases are %s", names[0])
	}
}
