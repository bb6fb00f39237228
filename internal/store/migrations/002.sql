-- What the desk reads in order. A case stands in one of the first three indexes
-- until it is resolved, so a desk with a hundred thousand resolved cases opens
-- as fast as a new one.
DROP INDEX cases_state;
CREATE INDEX cases_waiting ON cases (brand_id, lane, urgency, ack_by, case_id) WHERE state IN ('open', 'stalled');
CREATE INDEX cases_taken ON cases (brand_id, lane, answer_by, case_id) WHERE state IN ('acknowledged', 'snoozed') AND answered_at = 0;
CREATE INDEX cases_answered ON cases (brand_id, lane, answered_at, case_id) WHERE state IN ('acknowledged', 'snoozed') AND answered_at > 0;
CREATE INDEX cases_done ON cases (brand_id, lane, resolved_at, case_id) WHERE state = 'resolved';
CREATE INDEX cases_done_team ON cases (brand_id, lane, team, resolved_at, case_id) WHERE state = 'resolved';

-- Alerts that have not come up on their person's screen yet.
CREATE INDEX page_unshown ON page (brand_id, person, page_id) WHERE channel = 'desk' AND delivered_at = 0;

-- A one-time link by which somebody of a brand sets their password; only its
-- token's hash is kept.
CREATE TABLE invitation (
  token TEXT NOT NULL, email TEXT NOT NULL, created_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  PRIMARY KEY (token)) {{clustered}};
