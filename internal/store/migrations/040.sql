-- How many met the brand, as it counted them itself: by kind, the brand's own day, a
-- touchpoint, a place or everywhere, and by the hour where it is known (-1 is the
-- whole day). What was brought last is in force; what a file brought goes with its
-- errand, and what was there before it is in force again.
CREATE TABLE visits (
  brand_id TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL, about TEXT NOT NULL, subject TEXT NOT NULL, at BIGINT NOT NULL, errand_id TEXT NOT NULL, hour INTEGER NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY (brand_id, day, kind, about, subject, at, errand_id, hour)) {{clustered}};
CREATE INDEX visits_errand ON visits (brand_id, errand_id);
