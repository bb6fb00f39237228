-- One text for both engines. {{clustered}} is what makes a table its own key's
-- tree where the engine offers that. Times are UTC microseconds; 0 is "never".
-- Every brand's table begins its key with brand_id, so that it can be spread by it.

CREATE TABLE server_key (id INTEGER PRIMARY KEY, secret TEXT NOT NULL);

CREATE TABLE brand (
  brand_id TEXT NOT NULL, version INTEGER NOT NULL, created_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id)) {{clustered}};

CREATE TABLE config_version (
  brand_id TEXT NOT NULL, version INTEGER NOT NULL, at BIGINT NOT NULL, by_person TEXT NOT NULL, document TEXT NOT NULL,
  PRIMARY KEY (brand_id, version)) {{clustered}};

-- The counter row of a brand's events: the transaction's last write.
CREATE TABLE brand_seq (brand_id TEXT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (brand_id)) {{clustered}};

CREATE TABLE event (
  brand_id TEXT NOT NULL, seq BIGINT NOT NULL, type TEXT NOT NULL, at BIGINT NOT NULL, lane TEXT NOT NULL,
  moment_id TEXT NOT NULL, case_id TEXT NOT NULL, team TEXT NOT NULL, person TEXT NOT NULL, page_id TEXT NOT NULL,
  PRIMARY KEY (brand_id, seq)) {{clustered}};

-- Idempotency keys, remembered 30 days, as hashes; gone marks a withdrawn moment's.
CREATE TABLE idempotency (
  brand_id TEXT NOT NULL, key_hash TEXT NOT NULL, digest TEXT NOT NULL, moment_id TEXT NOT NULL, at BIGINT NOT NULL, gone INTEGER NOT NULL,
  PRIMARY KEY (brand_id, key_hash)) {{clustered}};

CREATE TABLE moment (
  brand_id TEXT NOT NULL, moment_id TEXT NOT NULL, lane TEXT NOT NULL,
  received_at BIGINT NOT NULL, occurred_at BIGINT NOT NULL, open_until BIGINT NOT NULL, sealed_at BIGINT NOT NULL, retain_until BIGINT NOT NULL,
  kind TEXT NOT NULL, feeling INTEGER NOT NULL, topic TEXT NOT NULL, text TEXT NOT NULL, lang TEXT NOT NULL, audience TEXT NOT NULL,
  touchpoint TEXT NOT NULL, place TEXT NOT NULL, product TEXT NOT NULL, lot TEXT NOT NULL, ref TEXT NOT NULL, source TEXT NOT NULL,
  class TEXT NOT NULL, publish INTEGER NOT NULL, solved TEXT NOT NULL, reference TEXT NOT NULL, receipt TEXT NOT NULL, astray INTEGER NOT NULL,
  case_id TEXT NOT NULL, episode INTEGER NOT NULL, version INTEGER NOT NULL, rule INTEGER NOT NULL, team TEXT NOT NULL, urgency TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (brand_id, moment_id)) {{clustered}};
-- A receipt's URL carries the moment's id, so that no index of random hashes is
-- needed; only those whose moment got another id since are found by hash.
CREATE INDEX moment_receipt ON moment (brand_id, receipt) WHERE astray = 1;
CREATE INDEX moment_case ON moment (brand_id, case_id, moment_id);
CREATE INDEX moment_touchpoint ON moment (brand_id, touchpoint, moment_id);

CREATE TABLE moment_contact (
  brand_id TEXT NOT NULL, moment_id TEXT NOT NULL, contact TEXT NOT NULL,
  PRIMARY KEY (brand_id, moment_id)) {{clustered}};

-- Decisions that were replaced while the moment was open.
CREATE TABLE decision_before (
  brand_id TEXT NOT NULL, moment_id TEXT NOT NULL, at BIGINT NOT NULL, version INTEGER NOT NULL, rule INTEGER NOT NULL, team TEXT NOT NULL, case_id TEXT NOT NULL,
  PRIMARY KEY (brand_id, moment_id, at)) {{clustered}};

-- The current case of a group key. Upserted in key order it is the lock for
-- intake and desk alike; it mirrors the case's state so that a joining moment
-- needs to read nothing else.
CREATE TABLE case_slot (
  brand_id TEXT NOT NULL, group_key TEXT NOT NULL, case_id TEXT NOT NULL,
  state TEXT NOT NULL, urgency TEXT NOT NULL, episode INTEGER NOT NULL, resolved_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, group_key)) {{clustered}};

CREATE TABLE cases (
  brand_id TEXT NOT NULL, case_id TEXT NOT NULL, group_key TEXT NOT NULL,
  team TEXT NOT NULL, place TEXT NOT NULL, lane TEXT NOT NULL, topic TEXT NOT NULL, product TEXT NOT NULL, lot TEXT NOT NULL, ref TEXT NOT NULL, kind TEXT NOT NULL,
  state TEXT NOT NULL, urgency TEXT NOT NULL, episode INTEGER NOT NULL, owner TEXT NOT NULL, reason TEXT NOT NULL,
  moments BIGINT NOT NULL, f1 BIGINT NOT NULL, f2 BIGINT NOT NULL, f3 BIGINT NOT NULL, f4 BIGINT NOT NULL, f5 BIGINT NOT NULL,
  opened_at BIGINT NOT NULL, last_at BIGINT NOT NULL, since BIGINT NOT NULL, reached_at BIGINT NOT NULL, seen_at BIGINT NOT NULL,
  acknowledged_at BIGINT NOT NULL, answered_at BIGINT NOT NULL, resolved_at BIGINT NOT NULL,
  ack_by BIGINT NOT NULL, answer_by BIGINT NOT NULL, ack_deadline BIGINT NOT NULL,
  PRIMARY KEY (brand_id, case_id)) {{clustered}};
CREATE INDEX cases_state ON cases (brand_id, state, team, case_id);

CREATE TABLE step (
  brand_id TEXT NOT NULL, case_id TEXT NOT NULL, episode INTEGER NOT NULL, loop INTEGER NOT NULL, n INTEGER NOT NULL,
  moment_id TEXT NOT NULL, due_at BIGINT NOT NULL, fired_at BIGINT NOT NULL, state TEXT NOT NULL, found TEXT NOT NULL,
  PRIMARY KEY (brand_id, case_id, episode, loop, n)) {{clustered}};
CREATE INDEX step_due ON step (due_at) WHERE state = 'waiting';

CREATE TABLE page (
  brand_id TEXT NOT NULL, page_id TEXT NOT NULL, case_id TEXT NOT NULL, episode INTEGER NOT NULL, loop INTEGER NOT NULL, n INTEGER NOT NULL,
  person TEXT NOT NULL, channel TEXT NOT NULL, address TEXT NOT NULL, role TEXT NOT NULL, state TEXT NOT NULL,
  next_at BIGINT NOT NULL, lease_until BIGINT NOT NULL, attempts INTEGER NOT NULL,
  created_at BIGINT NOT NULL, done_at BIGINT NOT NULL, delivered_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, page_id)) {{clustered}};
CREATE UNIQUE INDEX page_once ON page (brand_id, case_id, episode, loop, n, person, channel, address);
CREATE INDEX page_queued ON page (next_at) WHERE state = 'queued';
CREATE INDEX page_sending ON page (lease_until) WHERE state = 'sending';

CREATE TABLE attempt (
  brand_id TEXT NOT NULL, page_id TEXT NOT NULL, n INTEGER NOT NULL, begun_at BIGINT NOT NULL, end_at BIGINT NOT NULL,
  outcome TEXT NOT NULL, detail TEXT NOT NULL, provider TEXT NOT NULL,
  PRIMARY KEY (brand_id, page_id, n)) {{clustered}};

CREATE TABLE ack (
  brand_id TEXT NOT NULL, case_id TEXT NOT NULL, episode INTEGER NOT NULL, person TEXT NOT NULL, at BIGINT NOT NULL, way TEXT NOT NULL,
  PRIMARY KEY (brand_id, case_id, episode, person)) {{clustered}};

CREATE TABLE message (
  brand_id TEXT NOT NULL, message_id TEXT NOT NULL, case_id TEXT NOT NULL, moment_id TEXT NOT NULL, episode INTEGER NOT NULL,
  direction TEXT NOT NULL, text TEXT NOT NULL, lang TEXT NOT NULL, by_person TEXT NOT NULL, at BIGINT NOT NULL, solved TEXT NOT NULL,
  PRIMARY KEY (brand_id, message_id)) {{clustered}};
CREATE INDEX message_case ON message (brand_id, case_id, message_id);
CREATE INDEX message_moment ON message (brand_id, moment_id, message_id);

-- What became of a case, and of a moment where that differs; only appended to.
CREATE TABLE history (
  brand_id TEXT NOT NULL, subject TEXT NOT NULL, n INTEGER NOT NULL, at BIGINT NOT NULL, episode INTEGER NOT NULL,
  status TEXT NOT NULL, by_person TEXT NOT NULL, label TEXT NOT NULL,
  PRIMARY KEY (brand_id, subject, n)) {{clustered}};

-- A webhook endpoint's place in the events, and one row for every delivery.
CREATE TABLE endpoint (
  brand_id TEXT NOT NULL, endpoint TEXT NOT NULL, seq BIGINT NOT NULL, lease_by TEXT NOT NULL, lease_until BIGINT NOT NULL, off_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, endpoint)) {{clustered}};
CREATE TABLE delivery (
  brand_id TEXT NOT NULL, endpoint TEXT NOT NULL, seq BIGINT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
  first_at BIGINT NOT NULL, last_at BIGINT NOT NULL, next_at BIGINT NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL, took BIGINT NOT NULL,
  PRIMARY KEY (brand_id, endpoint, seq)) {{clustered}};
CREATE INDEX delivery_retry ON delivery (next_at) WHERE state = 'retry';

CREATE TABLE duty (
  brand_id TEXT NOT NULL, duty_id TEXT NOT NULL, team TEXT NOT NULL, place TEXT NOT NULL, person TEXT NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, duty_id)) {{clustered}};
CREATE INDEX duty_until ON duty (brand_id, until_at);

-- Accounts belong to the operator's house, not to a brand: one person may serve several.
CREATE TABLE account (
  email TEXT NOT NULL, name TEXT NOT NULL, password TEXT NOT NULL, created_at BIGINT NOT NULL, operator INTEGER NOT NULL,
  PRIMARY KEY (email)) {{clustered}};
CREATE TABLE session (
  token TEXT NOT NULL, email TEXT NOT NULL, created_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  PRIMARY KEY (token)) {{clustered}};

-- Counts, written in the transaction of what they count. The order of the key
-- matters more than the engine: brand, lane, bucket, touchpoint.
CREATE TABLE count_hour (
  brand_id TEXT NOT NULL, lane TEXT NOT NULL, bucket BIGINT NOT NULL, touchpoint TEXT NOT NULL, place TEXT NOT NULL, audience TEXT NOT NULL, kind TEXT NOT NULL,
  n BIGINT NOT NULL, f1 BIGINT NOT NULL, f2 BIGINT NOT NULL, f3 BIGINT NOT NULL, f4 BIGINT NOT NULL, f5 BIGINT NOT NULL,
  PRIMARY KEY (brand_id, lane, bucket, touchpoint, place, audience, kind)) {{clustered}};
CREATE TABLE count_day (
  brand_id TEXT NOT NULL, lane TEXT NOT NULL, bucket BIGINT NOT NULL, touchpoint TEXT NOT NULL, place TEXT NOT NULL, audience TEXT NOT NULL, kind TEXT NOT NULL,
  n BIGINT NOT NULL, f1 BIGINT NOT NULL, f2 BIGINT NOT NULL, f3 BIGINT NOT NULL, f4 BIGINT NOT NULL, f5 BIGINT NOT NULL,
  PRIMARY KEY (brand_id, lane, bucket, touchpoint, place, audience, kind)) {{clustered}};
CREATE TABLE count_topic_hour (
  brand_id TEXT NOT NULL, lane TEXT NOT NULL, bucket BIGINT NOT NULL, topic TEXT NOT NULL, touchpoint TEXT NOT NULL, place TEXT NOT NULL, audience TEXT NOT NULL,
  n BIGINT NOT NULL, f1 BIGINT NOT NULL, f2 BIGINT NOT NULL, f3 BIGINT NOT NULL, f4 BIGINT NOT NULL, f5 BIGINT NOT NULL,
  PRIMARY KEY (brand_id, lane, bucket, topic, touchpoint, place, audience)) {{clustered}};
CREATE TABLE count_topic_day (
  brand_id TEXT NOT NULL, lane TEXT NOT NULL, bucket BIGINT NOT NULL, topic TEXT NOT NULL, touchpoint TEXT NOT NULL, place TEXT NOT NULL, audience TEXT NOT NULL,
  n BIGINT NOT NULL, f1 BIGINT NOT NULL, f2 BIGINT NOT NULL, f3 BIGINT NOT NULL, f4 BIGINT NOT NULL, f5 BIGINT NOT NULL,
  PRIMARY KEY (brand_id, lane, bucket, topic, touchpoint, place, audience)) {{clustered}};
-- Kept 48 hours, by the time of receipt: for "now" and for alarms.
CREATE TABLE count_minute (
  brand_id TEXT NOT NULL, lane TEXT NOT NULL, bucket BIGINT NOT NULL, touchpoint TEXT NOT NULL,
  n BIGINT NOT NULL, f1 BIGINT NOT NULL, f2 BIGINT NOT NULL, f3 BIGINT NOT NULL, f4 BIGINT NOT NULL, f5 BIGINT NOT NULL,
  PRIMARY KEY (brand_id, lane, bucket, touchpoint)) {{clustered}};
-- The four clocks, once per episode of a case, in bins of the fourth root of two
-- milliseconds (percentiles do not add, counts do).
CREATE TABLE count_clock (
  brand_id TEXT NOT NULL, lane TEXT NOT NULL, bucket BIGINT NOT NULL, team TEXT NOT NULL, clock TEXT NOT NULL, bin INTEGER NOT NULL,
  n BIGINT NOT NULL, kept BIGINT NOT NULL,
  PRIMARY KEY (brand_id, lane, bucket, team, clock, bin)) {{clustered}};
