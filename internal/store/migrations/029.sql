-- How often a touchpoint's screen was opened, by hour (width 1, kept 40 days) and
-- day (width 2) of the brand's: a number, and nothing of who opened it.
CREATE TABLE count_open (
  brand_id TEXT NOT NULL, width INTEGER NOT NULL, bucket BIGINT NOT NULL, touchpoint TEXT NOT NULL, n BIGINT NOT NULL,
  PRIMARY KEY (brand_id, width, bucket, touchpoint)) {{clustered}};
