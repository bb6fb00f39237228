-- What could be added or said better at touchpoints. What a source proposes is
-- kept once somebody has decided on it, and once only.
CREATE TABLE opportunity (
  brand_id TEXT NOT NULL, opportunity_id TEXT NOT NULL, touchpoint TEXT NOT NULL, source TEXT NOT NULL, ref TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL,
  owner TEXT NOT NULL, due TEXT NOT NULL, note TEXT NOT NULL, by_person TEXT NOT NULL, at BIGINT NOT NULL, changed_by TEXT NOT NULL, changed_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL, version INTEGER NOT NULL,
  PRIMARY KEY (brand_id, opportunity_id)) {{clustered}};
CREATE UNIQUE INDEX opportunity_ref ON opportunity (brand_id, touchpoint, source, ref) WHERE ref <> '';
