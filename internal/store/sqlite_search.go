package store

// What is searched is a table of FTS5, without places of words in a text: one
// asks for words, not for phrases. What is deleted leaves its pages at once.
// Source: https://www.sqlite.org/fts5.html
func (sqliteEngine) searchWords() string {
	return `CREATE VIRTUAL TABLE search_words USING fts5(words, detail = none, tokenize = "ascii tokenchars '=/-'");
INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1)`
}

func (sqliteEngine) searchInsert() string {
	return "INSERT INTO search_words (rowid, words) VALUES ($1, $2)"
}
func (sqliteEngine) searchMatch() string { return "t.search_words MATCH " }
func (sqliteEngine) searchEnd() string   { return "" }
func (sqliteEngine) aside() string       { return "NOT MATERIALIZED" } // its planner knows one way only
func (sqliteEngine) keptRow() string     { return "" }

func (sqliteEngine) searchFor(ways []clause, a asked) string {
	return signs{quote: `"`, and: " AND ", or: " OR ", but: " NOT ", head: " *"}.write(ways, a)
}
