-- Who has a case open is kept by the page that says so, each with the number of what it
-- said last: what comes late overrules nothing. Writing is -1 once the page was left.
DROP TABLE presence;
CREATE TABLE presence (
  brand_id TEXT NOT NULL, case_id TEXT NOT NULL, person TEXT NOT NULL, page TEXT NOT NULL, beat BIGINT NOT NULL, writing INTEGER NOT NULL, until_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, case_id, person, page)) {{clustered}};
CREATE INDEX presence_until ON presence (until_at);
