-- When a digest's address said no: it is not asked again, and only it can undo that.
ALTER TABLE digest ADD COLUMN refused_at BIGINT NOT NULL DEFAULT 0;
