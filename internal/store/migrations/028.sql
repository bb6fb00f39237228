-- Digests by e-mail: to whom, how often, and when the next one is due.
CREATE TABLE digest (
  brand_id TEXT NOT NULL, digest_id TEXT NOT NULL, address TEXT NOT NULL, lang TEXT NOT NULL, every TEXT NOT NULL, weekday INTEGER NOT NULL, hour INTEGER NOT NULL,
  made_at BIGINT NOT NULL, made_by TEXT NOT NULL, confirmed_at BIGINT NOT NULL, ended_at BIGINT NOT NULL,
  slot_at BIGINT NOT NULL, due_at BIGINT NOT NULL, lease_until BIGINT NOT NULL, attempts INTEGER NOT NULL, sent_at BIGINT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL,
  PRIMARY KEY (brand_id, digest_id)) {{clustered}};
CREATE INDEX digest_due ON digest (due_at) WHERE due_at > 0;
