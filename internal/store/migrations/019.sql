-- The desk's lists, by anything they are filtered by: each index holds all of
-- it, so that which cases are on a page is read from the index alone.
DROP INDEX cases_waiting;
DROP INDEX cases_taken;
DROP INDEX cases_answered;
DROP INDEX cases_done;
DROP INDEX cases_done_team;
DROP INDEX cases_done_owner;
CREATE INDEX cases_waiting ON cases (brand_id, lane, urgency, ack_by, case_id, team, place, owner, state, topic, product, lot) WHERE state IN ('open', 'stalled');
CREATE INDEX cases_taken ON cases (brand_id, lane, answer_by, case_id, team, place, owner, state, answered_at, urgency, topic, product, lot) WHERE state IN ('acknowledged', 'snoozed') AND answered_at = 0;
CREATE INDEX cases_answered ON cases (brand_id, lane, answered_at, case_id, team, place, owner, state, urgency, topic, product, lot) WHERE state IN ('acknowledged', 'snoozed') AND answered_at > 0;
CREATE INDEX cases_done ON cases (brand_id, lane, resolved_at, case_id, state, team, place, urgency, topic, product, lot) WHERE state = 'resolved';
CREATE INDEX cases_done_team ON cases (brand_id, lane, team, resolved_at, case_id, place, state, urgency, topic, product, lot) WHERE state = 'resolved';
CREATE INDEX cases_done_owner ON cases (brand_id, lane, owner, resolved_at, case_id, team, place, state, urgency, topic, product, lot) WHERE state = 'resolved';
CREATE INDEX cases_done_topic ON cases (brand_id, lane, topic, resolved_at, case_id, team, place, state, urgency, product, lot) WHERE state = 'resolved';
CREATE INDEX cases_done_place ON cases (brand_id, lane, place, resolved_at, case_id, team, state, urgency, topic, product, lot) WHERE state = 'resolved';
CREATE INDEX cases_done_product ON cases (brand_id, lane, product, resolved_at, case_id, team, place, state, urgency, topic, lot) WHERE state = 'resolved' AND product <> '';
CREATE INDEX cases_done_lot ON cases (brand_id, lane, lot, resolved_at, case_id, team, place, state, urgency, topic, product) WHERE state = 'resolved' AND lot <> '';

-- Which cases something was said of at a touchpoint.
CREATE TABLE case_touchpoint (
  brand_id TEXT NOT NULL, case_id TEXT NOT NULL, touchpoint TEXT NOT NULL,
  PRIMARY KEY (brand_id, case_id, touchpoint)) {{clustered}};
CREATE INDEX case_touchpoint_at ON case_touchpoint (brand_id, touchpoint, case_id);

-- What is searched: one row for each moment that is somebody's work, by a number
-- that rises with the time in its id, and its words under the same number. It is
-- written behind the accepts, from the events up to search_place.
CREATE TABLE search_moment (
  n BIGINT NOT NULL, brand_id TEXT NOT NULL, moment_id TEXT NOT NULL,
  PRIMARY KEY (n)) {{clustered}};
CREATE INDEX search_moment_id ON search_moment (brand_id, moment_id, n);
{{search_words}};
CREATE TABLE search_place (
  brand_id TEXT NOT NULL, seq BIGINT NOT NULL,
  PRIMARY KEY (brand_id)) {{clustered}};

-- Ways to look at the list that somebody keeps; of a team, when nobody is named.
CREATE TABLE desk_filter (
  brand_id TEXT NOT NULL, filter_id TEXT NOT NULL, person TEXT NOT NULL, team TEXT NOT NULL, name TEXT NOT NULL, query TEXT NOT NULL, by_person TEXT NOT NULL, made_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, filter_id)) {{clustered}};
