-- What is known of the contacts of a brand's people: those they registered
-- themselves (account says who), and how those of the brand file have been doing.
-- A push's address is its contact's id; where it is sent stands in its keys.
CREATE TABLE contact (
  brand_id TEXT NOT NULL, person TEXT NOT NULL, channel TEXT NOT NULL, address TEXT NOT NULL, contact_id TEXT NOT NULL,
  keys TEXT NOT NULL, label TEXT NOT NULL, account TEXT NOT NULL, urgent INTEGER NOT NULL, ord INTEGER NOT NULL,
  made_at BIGINT NOT NULL, verified_at BIGINT NOT NULL, ok_at BIGINT NOT NULL, failed_at BIGINT NOT NULL, failures INTEGER NOT NULL,
  state TEXT NOT NULL, detail TEXT NOT NULL, told_at BIGINT NOT NULL,
  code TEXT NOT NULL, code_until BIGINT NOT NULL, code_tries INTEGER NOT NULL,
  PRIMARY KEY (brand_id, person, channel, address)) {{clustered}};
CREATE INDEX contact_push ON contact (address) WHERE channel = 'push';
CREATE INDEX contact_broken ON contact (brand_id) WHERE state = 'broken' AND told_at = 0;

-- Hours in which a person is not rung for what can wait.
CREATE TABLE quiet (
  brand_id TEXT NOT NULL, person TEXT NOT NULL, from_minute INTEGER NOT NULL, until_minute INTEGER NOT NULL, zone TEXT NOT NULL,
  PRIMARY KEY (brand_id, person)) {{clustered}};

-- When its person opened a page, and when they acted by it.
ALTER TABLE page ADD COLUMN opened_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN acted_at BIGINT NOT NULL DEFAULT 0;
-- When what happened by which what stands on a phone was replaced last.
ALTER TABLE page ADD COLUMN over_at BIGINT NOT NULL DEFAULT 0;
