-- Which version's policy an episode climbs by, and what people do with a case
-- beside answering it: put it off, join it with another.
ALTER TABLE cases ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN policy TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN snooze_until BIGINT NOT NULL DEFAULT 0;
