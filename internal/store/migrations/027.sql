-- What was said in words, the newest first, for what people's words say.
CREATE INDEX moment_words ON moment (brand_id, moment_id) WHERE text <> '' AND lane = '';
