-- Cases as people shape them: by whom a moment was moved ("" for the route),
-- which cases were joined to which, and who handed what over to whom.
ALTER TABLE decision_before ADD COLUMN by_person TEXT NOT NULL DEFAULT '';
CREATE INDEX decision_before_moved ON decision_before (brand_id, case_id) WHERE by_person <> '';
CREATE INDEX cases_merged ON cases (brand_id, merged_into) WHERE merged_into <> '';

CREATE TABLE handover (
  brand_id TEXT NOT NULL, case_id TEXT NOT NULL, episode INTEGER NOT NULL, at BIGINT NOT NULL, by_person TEXT NOT NULL, lane TEXT NOT NULL,
  from_team TEXT NOT NULL, to_team TEXT NOT NULL, version INTEGER NOT NULL, rule INTEGER NOT NULL, topic TEXT NOT NULL, kind TEXT NOT NULL, touchpoint TEXT NOT NULL,
  PRIMARY KEY (brand_id, case_id, episode)) {{clustered}};
CREATE INDEX handover_at ON handover (brand_id, at);

-- Touchpoints that are unhappier than they usually are: the one row of each is
-- the lock by which only one process raises an alarm; and all alarms there were,
-- usual in thousandths of a moment in ten minutes.
CREATE TABLE alarm_now (
  brand_id TEXT NOT NULL, touchpoint TEXT NOT NULL, at BIGINT NOT NULL, ended_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, touchpoint)) {{clustered}};
CREATE TABLE alarm (
  brand_id TEXT NOT NULL, touchpoint TEXT NOT NULL, at BIGINT NOT NULL, case_id TEXT NOT NULL, n BIGINT NOT NULL, usual BIGINT NOT NULL, ended_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, touchpoint, at)) {{clustered}};
CREATE INDEX alarm_case ON alarm (brand_id, case_id, at);
CREATE INDEX alarm_on ON alarm (brand_id, touchpoint) WHERE ended_at = 0;

-- What the hand-overs taught and somebody has answered: only later ones count.
CREATE TABLE lesson (
  brand_id TEXT NOT NULL, from_team TEXT NOT NULL, to_team TEXT NOT NULL, topic TEXT NOT NULL, kind TEXT NOT NULL, touchpoint TEXT NOT NULL,
  at BIGINT NOT NULL, by_person TEXT NOT NULL, taken INTEGER NOT NULL,
  PRIMARY KEY (brand_id, from_team, to_team, topic, kind, touchpoint)) {{clustered}};

-- What was asked for by product, so that a wanted list is read from an index.
CREATE INDEX moment_wanted ON moment (brand_id, topic, received_at, product, place, team) WHERE product <> '' AND lane = '';

-- A company's own systems (stock, hotel) that work on cases with a key, and what
-- each of their requests was, so that a repeat does nothing twice. Of a key only
-- its hash is kept; teams and lanes are handles, parted by blanks.
CREATE TABLE system (
  brand_id TEXT NOT NULL, system_id TEXT NOT NULL, name TEXT NOT NULL, key_hash TEXT NOT NULL, teams TEXT NOT NULL, lanes TEXT NOT NULL,
  made_at BIGINT NOT NULL, made_by TEXT NOT NULL, revoked_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, system_id)) {{clustered}};
CREATE INDEX system_key ON system (brand_id, key_hash);
CREATE TABLE system_once (
  brand_id TEXT NOT NULL, key_hash TEXT NOT NULL, digest TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, key_hash)) {{clustered}};
