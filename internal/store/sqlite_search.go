package store

// What is searched is a table of FTS5, without places of words in a text: one
// asks for words, not for phrases. A head it finds only after it has merged all
// that begins with it; a few whole words it reads as far as they are wanted. What is
// deleted leaves its pages at once.
// Source: https://www.sqlite.org/fts5.html
func (sqliteEngine) searchWords() string {
	return `CREATE VIRTUAL TABLE search_words USING fts5(words, detail = none, tokenize = "ascii tokenchars '=/-'");
INSERT INTO search_words (search_words, rank) VALUES ('secure-delete', 1);
CREATE VIRTUAL TABLE IF NOT EXISTS search_vocabulary USING fts5vocab(search_words, row)`
}

func (sqliteEngine) searchInsert() string {
	return "INSERT INTO search_words (rowid, words) VALUES ($1, $2)"
}
func (sqliteEngine) searchMatch() string { return "t.search_words MATCH " }
func (sqliteEngine) searchEnd() string   { return "" }
func (sqliteEngine) heads() string {
	return "SELECT term FROM search_vocabulary WHERE term >= $1 AND term < $2 LIMIT $3"
}
func (sqliteEngine) inOrder() bool   { return true }
func (sqliteEngine) aside() string   { return "NOT MATERIALIZED" } // its planner knows one way only
func (sqliteEngine) keptRow() string { return "" }

func (sqliteEngine) searchFor(ways, less []clause, a asked) string {
	return signs{quote: `"`, and: " AND ", or: " OR ", but: " NOT ", head: " *"}.less(ways, less, a)
}
