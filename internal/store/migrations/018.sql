-- Answering. A reply may ask its author for more.
ALTER TABLE message ADD COLUMN asks INTEGER NOT NULL DEFAULT 0;

-- Photos and voices of a reply: media with a message and no moment.
CREATE INDEX media_message ON media (brand_id, message_id) WHERE message_id <> '';

-- Who was named in a note, so that they are told.
CREATE TABLE mention (
  brand_id TEXT NOT NULL, message_id TEXT NOT NULL, person TEXT NOT NULL, case_id TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, message_id, person)) {{clustered}};
CREATE INDEX mention_case ON mention (brand_id, case_id, person);

-- Who has a case open, and whether they are writing. A row says nothing any more
-- when its time is over; it is not history.
CREATE TABLE presence (
  brand_id TEXT NOT NULL, case_id TEXT NOT NULL, person TEXT NOT NULL, writing INTEGER NOT NULL, until_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, case_id, person)) {{clustered}};

-- Ready answers that somebody keeps for themselves, or for everybody.
CREATE TABLE ready (
  brand_id TEXT NOT NULL, ready_id TEXT NOT NULL, person TEXT NOT NULL, shared INTEGER NOT NULL, topic TEXT NOT NULL, lang TEXT NOT NULL, text TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, ready_id)) {{clustered}};

-- Which moments came from the same identified speaker: a digest of what they
-- proved, or of the address they left. It goes with the moment.
CREATE TABLE speaker (
  brand_id TEXT NOT NULL, who TEXT NOT NULL, moment_id TEXT NOT NULL,
  PRIMARY KEY (brand_id, who, moment_id)) {{clustered}};
CREATE INDEX speaker_moment ON speaker (brand_id, moment_id);
