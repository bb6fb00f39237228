-- Relays: messengers, call centres and social teams that hand moments in with a key.
CREATE TABLE relay (
  brand_id TEXT NOT NULL, relay_id TEXT NOT NULL, name TEXT NOT NULL, key_hash TEXT NOT NULL, made_at BIGINT NOT NULL, made_by TEXT NOT NULL, revoked_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, relay_id)) {{clustered}};
CREATE INDEX relay_key ON relay (brand_id, key_hash);
