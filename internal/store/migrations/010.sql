-- Those few whose authors agreed to have them shown, in the order they came,
-- and the replies to all of a case, which are shown with them.
CREATE INDEX moment_published ON moment (brand_id, publish, received_at, moment_id) WHERE publish = 1;
CREATE INDEX message_to_all ON message (brand_id, case_id, direction, moment_id, episode, message_id) WHERE direction = 'reply' AND moment_id = '';
