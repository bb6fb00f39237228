-- How many moments a case held when their number made it more urgent; 0 when a
-- moment's own decision gave it its urgency.
ALTER TABLE cases ADD COLUMN raised BIGINT NOT NULL DEFAULT 0;
