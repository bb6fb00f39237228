-- A case that somebody of a small audience spoke in is in no figure of a team's: one
-- of them could be told by it. It stays so whatever is taken back.
ALTER TABLE cases ADD COLUMN guarded BIGINT NOT NULL DEFAULT 0;
UPDATE cases SET guarded = 1 WHERE EXISTS (SELECT 1 FROM moment m WHERE m.brand_id = cases.brand_id AND m.case_id = cases.case_id AND m.audience = 'employee');
