-- A session that was begun on a shift phone ends with whoever has that phone.
ALTER TABLE session ADD COLUMN phone TEXT NOT NULL DEFAULT '';
CREATE INDEX session_phone ON session (phone) WHERE phone <> '';

-- What was sent to people's own contacts so that they could verify or try them,
-- for a day: how many go out to an address, for an account and for a brand.
-- Addresses are kept as a keyed hash.
CREATE TABLE contact_call (
  brand_id TEXT NOT NULL, call_id TEXT NOT NULL, at BIGINT NOT NULL, account TEXT NOT NULL, address TEXT NOT NULL,
  PRIMARY KEY (brand_id, call_id)) {{clustered}};
CREATE INDEX contact_call_brand ON contact_call (brand_id, at);
CREATE INDEX contact_call_account ON contact_call (account, at);
CREATE INDEX contact_call_address ON contact_call (address, at);
