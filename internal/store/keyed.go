package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"
)

// Many rows of a brand are read by their keys at once. A text stops at the name
// of the key's last column ("… WHERE brand_id = $1 AND case_id"); the engine
// writes the rest of it.

// keyed is one statement of those that read by keys, with its parameters.
type keyed struct {
	text string
	args []any
}

// inLots reads a brand's rows by keys. The order of the rows is any.
func (s *Store) inLots(ctx context.Context, text, brand string, keys []any, each func(*sql.Rows) error) error {
	for _, lot := range s.engine.byKeys(text, brand, keys, false) {
		rows, err := s.ask(ctx, lot.text, lot.args...)
		if err != nil {
			return s.failed(err)
		}
		if err := eachRow(rows, each); err != nil {
			return s.failed(err)
		}
	}
	return nil
}

// inLots is the same in a write.
func (tx *Tx) inLots(text, brand string, keys []any, each func(*sql.Rows) error) error {
	return tx.eachLot(tx.engine.byKeys(text, brand, keys, false), each)
}

// lockRows locks a brand's rows, in the order of their keys, until the commit.
// Where a transaction holds the whole database there is nothing to do.
func (tx *Tx) lockRows(text, brand string, keys []any) error {
	if !tx.engine.shared() {
		return nil
	}
	return tx.eachLot(tx.engine.byKeys(text, brand, keys, true), func(*sql.Rows) error { return nil })
}

func (tx *Tx) eachLot(lots []keyed, each func(*sql.Rows) error) error {
	for _, lot := range lots {
		rows, err := tx.query(lot.text, lot.args...)
		if err != nil {
			return err
		}
		if err := eachRow(rows, each); err != nil {
			return err
		}
	}
	return nil
}

// unique are the values of a list, each once, in their order.
func unique[T comparable](list []T) []any {
	seen := make(map[T]bool, len(list))
	var once []any
	for _, v := range list {
		if !seen[v] {
			seen[v] = true
			once = append(once, v)
		}
	}
	return once
}

// The sizes of lists that are asked for: few, so that few statements are prepared.
var lotSizes = []int{1, 8, 64}

// byKeys asks for lots of those sizes, the last filled up by repeating its last:
// "IN" takes what is there twice once.
func (sqliteEngine) byKeys(text, brand string, keys []any, _ bool) (all []keyed) {
	for len(keys) > 0 {
		size := lotSizes[len(lotSizes)-1]
		for _, n := range lotSizes {
			if len(keys) <= n {
				size = n
				break
			}
		}
		var b strings.Builder
		args := []any{brand}
		for i := range size {
			b.WriteByte("(,"[min(i, 1)])
			b.WriteString("$" + strconv.Itoa(i+2))
			args = append(args, keys[min(i, len(keys)-1)])
		}
		all = append(all, keyed{text + " IN " + b.String() + ")", args})
		keys = keys[min(size, len(keys)):]
	}
	return all
}

// byKeys asks for all in one statement, and for each by itself within it: OFFSET
// (as FOR UPDATE does) keeps the inner SELECT one of its own, which can only be
// answered by the whole key. "IN" leaves it to the planner, which takes a brand
// for small while its tables are new, and reads all of it for each lot.
func (postgresEngine) byKeys(text, brand string, keys []any, lock bool) []keyed {
	if len(keys) == 0 {
		return nil
	}
	var list any
	kind, end := "text", " OFFSET 0"
	if lock {
		end = " FOR NO KEY UPDATE"
	}
	if _, numbers := keys[0].(int64); numbers {
		kind, list = "bigint", typed[int64](keys)
	} else {
		list = typed[string](keys)
	}
	return []keyed{{"SELECT r.* FROM unnest(CAST($2 AS " + kind + "[])) AS k(key), LATERAL (" + text + " = k.key" + end + ") r", []any{brand, list}}}
}

func typed[T any](list []any) []T {
	out := make([]T, len(list))
	for i, v := range list {
		out[i] = v.(T)
	}
	return out
}
