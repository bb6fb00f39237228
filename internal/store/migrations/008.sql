-- Kiosks, buttons and other things of the brand's own that speak for a
-- touchpoint. Of a token only its hash is kept. The burst is what one hand pressed
-- last: the key of its moment, and when its first and its latest press occurred.
-- The key of a press that was folded stands for that key: its idempotency row says
-- "=" and the other's hash where a moment's id would be.
CREATE TABLE device (
  brand_id TEXT NOT NULL, device_id TEXT NOT NULL, name TEXT NOT NULL, touchpoint TEXT NOT NULL, token TEXT NOT NULL, idle BIGINT NOT NULL,
  made_at BIGINT NOT NULL, made_by TEXT NOT NULL, revoked_at BIGINT NOT NULL, revoked_by TEXT NOT NULL, last_at BIGINT NOT NULL,
  beat_at BIGINT NOT NULL, queue BIGINT NOT NULL, version TEXT NOT NULL, battery INTEGER NOT NULL,
  burst_key TEXT NOT NULL, burst_first BIGINT NOT NULL, burst_last BIGINT NOT NULL,
  PRIMARY KEY (brand_id, device_id)) {{clustered}};
CREATE UNIQUE INDEX device_token ON device (brand_id, token);
