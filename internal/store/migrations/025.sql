-- Hours and days are counted by everything the pulse is filtered by, at once, so
-- that any filter is answered by them; topics need no tables of their own. What
-- was counted before goes over: a topic's counts knew no kind, so they come in
-- under none, and out again of what was said without a topic, under none as well.
ALTER TABLE count_hour RENAME TO count_hour_before;
ALTER TABLE count_day RENAME TO count_day_before;
ALTER TABLE count_minute RENAME TO count_minute_before;
CREATE TABLE count_hour (
  brand_id TEXT NOT NULL, lane TEXT NOT NULL, bucket BIGINT NOT NULL, touchpoint TEXT NOT NULL, place TEXT NOT NULL, audience TEXT NOT NULL, kind TEXT NOT NULL,
  topic TEXT NOT NULL, team TEXT NOT NULL, source TEXT NOT NULL, lang TEXT NOT NULL,
  n BIGINT NOT NULL, f1 BIGINT NOT NULL, f2 BIGINT NOT NULL, f3 BIGINT NOT NULL, f4 BIGINT NOT NULL, f5 BIGINT NOT NULL,
  PRIMARY KEY (brand_id, lane, bucket, touchpoint, place, audience, kind, topic, team, source, lang)) {{clustered}};
CREATE TABLE count_day (
  brand_id TEXT NOT NULL, lane TEXT NOT NULL, bucket BIGINT NOT NULL, touchpoint TEXT NOT NULL, place TEXT NOT NULL, audience TEXT NOT NULL, kind TEXT NOT NULL,
  topic TEXT NOT NULL, team TEXT NOT NULL, source TEXT NOT NULL, lang TEXT NOT NULL,
  n BIGINT NOT NULL, f1 BIGINT NOT NULL, f2 BIGINT NOT NULL, f3 BIGINT NOT NULL, f4 BIGINT NOT NULL, f5 BIGINT NOT NULL,
  PRIMARY KEY (brand_id, lane, bucket, touchpoint, place, audience, kind, topic, team, source, lang)) {{clustered}};
CREATE TABLE count_minute (
  brand_id TEXT NOT NULL, lane TEXT NOT NULL, bucket BIGINT NOT NULL, touchpoint TEXT NOT NULL, audience TEXT NOT NULL,
  n BIGINT NOT NULL, f1 BIGINT NOT NULL, f2 BIGINT NOT NULL, f3 BIGINT NOT NULL, f4 BIGINT NOT NULL, f5 BIGINT NOT NULL,
  PRIMARY KEY (brand_id, lane, bucket, touchpoint, audience)) {{clustered}};
INSERT INTO count_hour SELECT brand_id, lane, bucket, touchpoint, place, audience, kind, '', '', '', '', n, f1, f2, f3, f4, f5 FROM count_hour_before;
INSERT INTO count_hour SELECT brand_id, lane, bucket, touchpoint, place, audience, '', topic, '', '', '', n, f1, f2, f3, f4, f5 FROM count_topic_hour;
INSERT INTO count_hour SELECT brand_id, lane, bucket, touchpoint, place, audience, '', '', '', '', '', -SUM(n), -SUM(f1), -SUM(f2), -SUM(f3), -SUM(f4), -SUM(f5)
  FROM count_topic_hour GROUP BY brand_id, lane, bucket, touchpoint, place, audience;
INSERT INTO count_day SELECT brand_id, lane, bucket, touchpoint, place, audience, kind, '', '', '', '', n, f1, f2, f3, f4, f5 FROM count_day_before;
INSERT INTO count_day SELECT brand_id, lane, bucket, touchpoint, place, audience, '', topic, '', '', '', n, f1, f2, f3, f4, f5 FROM count_topic_day;
INSERT INTO count_day SELECT brand_id, lane, bucket, touchpoint, place, audience, '', '', '', '', '', -SUM(n), -SUM(f1), -SUM(f2), -SUM(f3), -SUM(f4), -SUM(f5)
  FROM count_topic_day GROUP BY brand_id, lane, bucket, touchpoint, place, audience;
INSERT INTO count_minute SELECT brand_id, lane, bucket, touchpoint, '', n, f1, f2, f3, f4, f5 FROM count_minute_before;
DROP TABLE count_hour_before;
DROP TABLE count_day_before;
DROP TABLE count_minute_before;
DROP TABLE count_topic_hour;
DROP TABLE count_topic_day;

-- Which hours (width 1) and days (width 2) were counted in, and how often since.
CREATE TABLE count_mark (
  brand_id TEXT NOT NULL, width INTEGER NOT NULL, bucket BIGINT NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY (brand_id, width, bucket)) {{clustered}};
INSERT INTO count_mark SELECT DISTINCT brand_id, 1, bucket, 1 FROM count_hour WHERE lane = '';
INSERT INTO count_mark SELECT DISTINCT brand_id, 2, bucket, 1 FROM count_day WHERE lane = '';

-- What guarded audiences said, by the last day of the week it came in.
CREATE TABLE count_guard (
  brand_id TEXT NOT NULL, lane TEXT NOT NULL, bucket BIGINT NOT NULL, touchpoint TEXT NOT NULL, audience TEXT NOT NULL,
  n BIGINT NOT NULL, f1 BIGINT NOT NULL, f2 BIGINT NOT NULL, f3 BIGINT NOT NULL, f4 BIGINT NOT NULL, f5 BIGINT NOT NULL,
  PRIMARY KEY (brand_id, lane, bucket, touchpoint, audience)) {{clustered}};

-- What has no roll-up is read newest first.
CREATE INDEX moment_product ON moment (brand_id, product, moment_id) WHERE product <> '' AND lane = '';
CREATE INDEX moment_lot ON moment (brand_id, lot, moment_id) WHERE lot <> '' AND lane = '';
