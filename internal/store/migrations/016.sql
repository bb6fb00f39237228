-- Escalation. What comes back by itself: somebody took it and did nothing, or
-- put it off until then.
ALTER TABLE cases ADD COLUMN ack_time BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cases_deadline ON cases (ack_deadline) WHERE state = 'acknowledged' AND ack_deadline > 0;
CREATE INDEX cases_snoozed ON cases (snooze_until) WHERE state = 'snoozed';

-- A step that waits for more than its time: muted, or outside opening hours.
-- What it was due at first is kept.
ALTER TABLE step ADD COLUMN held TEXT NOT NULL DEFAULT '';
ALTER TABLE step ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;

-- "We know, until 18:00": nobody is asked about a team's work at a place, or one
-- topic or touchpoint of it.
CREATE TABLE mute (
  brand_id TEXT NOT NULL, mute_id TEXT NOT NULL, team TEXT NOT NULL, place TEXT NOT NULL, lane TEXT NOT NULL, topic TEXT NOT NULL, touchpoint TEXT NOT NULL,
  person TEXT NOT NULL, reason TEXT NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, mute_id)) {{clustered}};
CREATE INDEX mute_until ON mute (brand_id, until_at);

-- Calm pages come after those that can't wait, may share one message with others
-- to the same contact, and may wait for a time of their own. says is what a page
-- tells that asks for nobody: taken back, or moved.
ALTER TABLE page ADD COLUMN calm INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN bundled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN from_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE page ADD COLUMN says TEXT NOT NULL DEFAULT '';
CREATE INDEX page_turn ON page (channel, calm, next_at) WHERE state = 'queued';
CREATE INDEX page_contact ON page (brand_id, person, channel, address, created_at);
CREATE INDEX page_bundled ON page (brand_id, person, channel, address, from_at) WHERE state = 'queued' AND bundled = 1;
