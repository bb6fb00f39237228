-- Shift phones, who had them when, and the PINs people take them with. Of codes,
-- tokens and PINs only hashes are kept. A PIN's row counts the wrong ones typed
-- for a person since the last right one, whether they have a PIN or not.
CREATE TABLE phone (
  brand_id TEXT NOT NULL, phone_id TEXT NOT NULL, name TEXT NOT NULL, team TEXT NOT NULL, place TEXT NOT NULL,
  made_at BIGINT NOT NULL, made_by TEXT NOT NULL, code TEXT NOT NULL, code_until BIGINT NOT NULL, token TEXT NOT NULL, enrolled_at BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL, revoked_by TEXT NOT NULL,
  PRIMARY KEY (brand_id, phone_id)) {{clustered}};
CREATE INDEX phone_code ON phone (brand_id, code);
CREATE INDEX phone_token ON phone (brand_id, token);
CREATE TABLE hold (
  brand_id TEXT NOT NULL, hold_id TEXT NOT NULL, phone_id TEXT NOT NULL, person TEXT NOT NULL, token TEXT NOT NULL,
  on_duty INTEGER NOT NULL, from_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, hold_id)) {{clustered}};
CREATE INDEX hold_token ON hold (brand_id, token);
CREATE INDEX hold_phone ON hold (brand_id, phone_id, until_at);
CREATE TABLE pin (
  brand_id TEXT NOT NULL, person TEXT NOT NULL, hash TEXT NOT NULL, set_at BIGINT NOT NULL, wrong INTEGER NOT NULL, wait_until BIGINT NOT NULL,
  PRIMARY KEY (brand_id, person)) {{clustered}};
