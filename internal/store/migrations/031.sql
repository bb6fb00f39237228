-- A brand's own web site as it was read: the reading, with the lease of the
-- process that does it, and the pages in the order in which they were found.
CREATE TABLE site_read (
  brand_id TEXT NOT NULL, url TEXT NOT NULL, state TEXT NOT NULL, by_person TEXT NOT NULL, at BIGINT NOT NULL, changed_at BIGINT NOT NULL, spent BIGINT NOT NULL,
  lease_until BIGINT NOT NULL, trouble TEXT NOT NULL,
  PRIMARY KEY (brand_id)) {{clustered}};
CREATE INDEX site_read_due ON site_read (lease_until) WHERE state = 'reading';
CREATE TABLE site_page (
  brand_id TEXT NOT NULL, url TEXT NOT NULL, n INTEGER NOT NULL, state TEXT NOT NULL, title TEXT NOT NULL, says BIGINT NOT NULL, page_changed_at BIGINT NOT NULL, how TEXT NOT NULL,
  way_in INTEGER NOT NULL, read_at BIGINT NOT NULL, owner TEXT NOT NULL, dealt INTEGER NOT NULL,
  PRIMARY KEY (brand_id, url)) {{clustered}};
CREATE INDEX site_page_waiting ON site_page (brand_id, n) WHERE state = 'waiting';
