-- Brands elsewhere that somebody found from here, by their discovery documents.
CREATE TABLE found_brand (
	domain TEXT NOT NULL,
	url TEXT NOT NULL,
	document TEXT NOT NULL,
	checked_at BIGINT NOT NULL,
	until_at BIGINT NOT NULL,
	PRIMARY KEY (domain)
);
