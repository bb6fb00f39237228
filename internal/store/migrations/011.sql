-- Whether a voice was given up: no words could be made of it, and none will be.
ALTER TABLE media ADD COLUMN wordless BIGINT NOT NULL DEFAULT 0;
