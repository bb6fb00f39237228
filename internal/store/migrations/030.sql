-- What a system's key is for: work on cases, reading what the pulse shows, or both.
ALTER TABLE system ADD COLUMN scope TEXT NOT NULL DEFAULT 'cases';
-- What guarded audiences said and is erased: that it was, and in which case, is
-- nobody's to know who only reads.
CREATE TABLE guarded_gone (brand_id TEXT NOT NULL, moment_id TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (brand_id, moment_id)) {{clustered}};
CREATE INDEX guarded_gone_case ON guarded_gone (brand_id, case_id);
