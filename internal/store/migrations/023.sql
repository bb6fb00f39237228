-- Who has a case open is looked at each second, and only what is not over.
CREATE INDEX presence_until ON presence (until_at);
