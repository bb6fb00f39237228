-- Where a relay is told what becomes of what it handed in, and through which relay a moment came.
ALTER TABLE relay ADD COLUMN callback TEXT NOT NULL DEFAULT '';
ALTER TABLE moment ADD COLUMN relay TEXT NOT NULL DEFAULT '';
CREATE INDEX moment_relay ON moment (brand_id, case_id) WHERE relay <> '';
