-- Alarms about more than a touchpoint: subject is the handle of a touchpoint or a
-- place, GTIN/lot, or a team whose promise falls. Of a promise n of total were kept,
-- usual in thousandths of a share, and there is no case.
ALTER TABLE alarm_now RENAME TO alarm_now_before;
ALTER TABLE alarm RENAME TO alarm_before;
DROP INDEX alarm_case;
DROP INDEX alarm_on;
CREATE TABLE alarm_now (
  brand_id TEXT NOT NULL, about TEXT NOT NULL, subject TEXT NOT NULL, at BIGINT NOT NULL, ended_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, about, subject)) {{clustered}};
CREATE TABLE alarm (
  brand_id TEXT NOT NULL, about TEXT NOT NULL, subject TEXT NOT NULL, at BIGINT NOT NULL, case_id TEXT NOT NULL, n BIGINT NOT NULL, total BIGINT NOT NULL, usual BIGINT NOT NULL, ended_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, about, subject, at)) {{clustered}};
INSERT INTO alarm_now SELECT brand_id, 'touchpoint', touchpoint, at, ended_at FROM alarm_now_before;
INSERT INTO alarm SELECT brand_id, 'touchpoint', touchpoint, at, case_id, n, 0, usual, ended_at FROM alarm_before;
DROP TABLE alarm_now_before;
DROP TABLE alarm_before;
CREATE INDEX alarm_case ON alarm (brand_id, case_id, at);
CREATE INDEX alarm_on ON alarm (brand_id, about, subject) WHERE ended_at = 0;

-- What was said of lots lately.
CREATE INDEX moment_lots ON moment (brand_id, moment_id) WHERE lot <> '' AND lane = '';
