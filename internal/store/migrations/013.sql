-- Rosters: dated overrides, what colleagues ask each other, the last good copy of
-- each calendar kept elsewhere, and how often a calendar's secret address changed.
CREATE TABLE duty_override (
  brand_id TEXT NOT NULL, override_id TEXT NOT NULL, kind TEXT NOT NULL, team TEXT NOT NULL, place TEXT NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  person TEXT NOT NULL, instead TEXT NOT NULL, made_by TEXT NOT NULL, made_at BIGINT NOT NULL, swap_id TEXT NOT NULL, ended_by TEXT NOT NULL, ended_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, override_id)) {{clustered}};
CREATE INDEX duty_override_until ON duty_override (brand_id, until_at);
CREATE TABLE duty_swap (
  brand_id TEXT NOT NULL, swap_id TEXT NOT NULL, team TEXT NOT NULL, place TEXT NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  person TEXT NOT NULL, colleague TEXT NOT NULL, back_place TEXT NOT NULL, back_from BIGINT NOT NULL, back_until BIGINT NOT NULL,
  state TEXT NOT NULL, made_at BIGINT NOT NULL, ended_by TEXT NOT NULL, ended_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, swap_id)) {{clustered}};
CREATE INDEX duty_swap_until ON duty_swap (brand_id, until_at);
CREATE TABLE duty_calendar (
  brand_id TEXT NOT NULL, calendar_id TEXT NOT NULL, url TEXT NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL, body TEXT NOT NULL,
  tried_at BIGINT NOT NULL, good_at BIGINT NOT NULL, failing_at BIGINT NOT NULL, trouble TEXT NOT NULL,
  PRIMARY KEY (brand_id, calendar_id)) {{clustered}};
CREATE TABLE duty_feed (
  brand_id TEXT NOT NULL, noun TEXT NOT NULL, noun_id TEXT NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY (brand_id, noun, noun_id)) {{clustered}};
