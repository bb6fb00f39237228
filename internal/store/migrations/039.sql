-- Who asked for a file is told by e-mail when it is ready: from when on, 0 for not at all.
ALTER TABLE errand ADD COLUMN tell_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX errand_tell ON errand (tell_at) WHERE tell_at > 0;
