-- What is searched is made anew, so that a word that is only begun is found as soon
-- as a whole one, and what is nobody's work has no words that only a team reads.
DROP TABLE search_words;
{{search_words}};
DELETE FROM search_moment;
UPDATE search_place SET seq = 0;
