-- The map as it was, under a name: what was counted then stands in the document.
CREATE TABLE map_snapshot (
  brand_id TEXT NOT NULL, snapshot_id TEXT NOT NULL, name TEXT NOT NULL, by_person TEXT NOT NULL, at BIGINT NOT NULL, version INTEGER NOT NULL, days INTEGER NOT NULL, document TEXT NOT NULL,
  PRIMARY KEY (brand_id, snapshot_id)) {{clustered}};
