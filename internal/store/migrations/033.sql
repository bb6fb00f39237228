-- Long work that can be left: a file that is brought in, or taken out. turn rises
-- whenever a process takes it up: one that lost it writes nothing more.
CREATE TABLE errand (
  brand_id TEXT NOT NULL, errand_id TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, person TEXT NOT NULL, made_at BIGINT NOT NULL,
  state TEXT NOT NULL, spec TEXT NOT NULL, report TEXT NOT NULL, total BIGINT NOT NULL, done BIGINT NOT NULL, fresh BIGINT NOT NULL, wrong BIGINT NOT NULL,
  turn INTEGER NOT NULL, lease_until BIGINT NOT NULL, ended_at BIGINT NOT NULL,
  PRIMARY KEY (brand_id, errand_id)) {{clustered}};
CREATE INDEX errand_due ON errand (lease_until) WHERE state IN ('waiting', 'working', 'undo', 'undoing');
-- What an import brought, so that it can be undone.
CREATE TABLE errand_moment (
  brand_id TEXT NOT NULL, errand_id TEXT NOT NULL, moment_id TEXT NOT NULL,
  PRIMARY KEY (brand_id, errand_id, moment_id)) {{clustered}};
