-- A page stands in as few indexes as it is looked for by, because ten thousand
-- may be made in a second. What comes up on the desk only is never bundled with
-- others to a contact; what is queued is found by its channel's turn.
DROP INDEX page_contact;
CREATE INDEX page_contact ON page (brand_id, person, channel, address, created_at) WHERE channel <> 'desk';
DROP INDEX page_queued;
