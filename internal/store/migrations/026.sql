-- Everything that was said is searched, what is nobody's work too, and names,
-- references, voices and conversations by who works on them only: all is indexed anew.
DELETE FROM search_words;
DELETE FROM search_moment;
UPDATE search_place SET seq = 0;
