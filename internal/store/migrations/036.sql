-- When what a file that is taken out may hold was said: what of that is erased is
-- noted beside it (errand_moment) and left out of it.
ALTER TABLE errand ADD COLUMN said_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE errand ADD COLUMN said_until BIGINT NOT NULL DEFAULT 9223372036854775807;
