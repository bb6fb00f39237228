-- What brings visits piece by piece, or takes them back so: as long as it stands here
-- nothing of it is in force.
CREATE TABLE visits_part (brand_id TEXT NOT NULL, errand_id TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (brand_id, errand_id)) {{clustered}};
