-- Photos and voices: what is known of each. Its files are kept elsewhere, under
-- its id. due_at is when its job may be taken up, and while it is being done,
-- when another may take it over; 0 when nothing is left to do.
CREATE TABLE media (
  brand_id TEXT NOT NULL, media_id TEXT NOT NULL, moment_id TEXT NOT NULL, message_id TEXT NOT NULL, n INTEGER NOT NULL,
  kind TEXT NOT NULL, state TEXT NOT NULL, type TEXT NOT NULL, bytes BIGINT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, span BIGINT NOT NULL,
  transcript TEXT NOT NULL, lang TEXT NOT NULL, digest TEXT NOT NULL, job TEXT NOT NULL, due_at BIGINT NOT NULL, attempts INTEGER NOT NULL,
  PRIMARY KEY (brand_id, media_id)) {{clustered}};
CREATE INDEX media_moment ON media (brand_id, moment_id, n);
CREATE INDEX media_due ON media (job, due_at) WHERE due_at > 0;

-- Files to be deleted, by their id: written before a file is put, so that one
-- whose moment never came is found, and in the transaction that erases a moment.
-- Each is deleted twice, for what was still being written the first time.
CREATE TABLE media_erase (
  brand_id TEXT NOT NULL, media_id TEXT NOT NULL, due_at BIGINT NOT NULL, passes INTEGER NOT NULL,
  PRIMARY KEY (brand_id, media_id)) {{clustered}};
CREATE INDEX media_erase_due ON media_erase (due_at);
