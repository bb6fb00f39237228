-- By what the author of a moment is told of an answer: browsers they asked with on
-- their receipt, and the e-mail address they left (its row comes with the first
-- answer). due_at is when something is to be told, 0 when nothing is; what was said
-- up to told_at has been.
CREATE TABLE author_way (
  brand_id TEXT NOT NULL, moment_id TEXT NOT NULL, way_id TEXT NOT NULL, channel TEXT NOT NULL, keys TEXT NOT NULL,
  status TEXT NOT NULL, due_at BIGINT NOT NULL, since BIGINT NOT NULL, lease_until BIGINT NOT NULL, attempts INTEGER NOT NULL, told_at BIGINT NOT NULL,
  outcome TEXT NOT NULL, detail TEXT NOT NULL,
  PRIMARY KEY (brand_id, moment_id, way_id)) {{clustered}};
CREATE INDEX author_way_due ON author_way (due_at) WHERE due_at > 0;
