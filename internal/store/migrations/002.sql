-- What the desk reads in order, each index with everything it is filtered by. A
-- case stands in one of the first three until it is resolved, so a desk with a
-- hundred thousand resolved cases opens as fast as a new one.
DROP INDEX cases_state;
CREATE INDEX cases_waiting ON cases (brand_id, lane, urgency, ack_by, case_id, team, place, owner, state) WHERE state IN ('open', 'stalled');
CREATE INDEX cases_taken ON cases (brand_id, lane, answer_by, case_id, team, place, owner, state, answered_at) WHERE state IN ('acknowledged', 'snoozed') AND answered_at = 0;
CREATE INDEX cases_answered ON cases (brand_id, lane, answered_at, case_id, team, place, owner, state) WHERE state IN ('acknowledged', 'snoozed') AND answered_at > 0;
CREATE INDEX cases_done ON cases (brand_id, lane, resolved_at, case_id, state) WHERE state = 'resolved';
CREATE INDEX cases_done_team ON cases (brand_id, lane, team, resolved_at, case_id, place, state) WHERE state = 'resolved';
CREATE INDEX cases_done_owner ON cases (brand_id, lane, owner, resolved_at, case_id, team, place, state) WHERE state = 'resolved';

-- Alerts that have not come up on their person's screen yet.
CREATE INDEX page_unshown ON page (brand_id, person, page_id) WHERE channel = 'desk' AND delivered_at = 0;

-- A one-time link by which somebody of a brand sets their password; only its
-- token's hash is kept.
CREATE TABLE invitation (
  token TEXT NOT NULL, email TEXT NOT NULL, created_at BIGINT NOT NULL, until_at BIGINT NOT NULL,
  PRIMARY KEY (token)) {{clustered}};
