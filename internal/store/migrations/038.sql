-- Hours, days and clocks that are over, each in one row: what is read after a start.
-- A pack is as good as its mark; whoever changes counts without raising it deletes
-- their packs. The type is that of PostgreSQL, to SQLite bytes are bytes.
CREATE TABLE count_pack (
  brand_id TEXT NOT NULL, width INTEGER NOT NULL, bucket BIGINT NOT NULL, mark BIGINT NOT NULL, cells BYTEA NOT NULL,
  PRIMARY KEY (brand_id, width, bucket));
