-- What an endpoint is to try again, however long its log has grown.
DROP INDEX delivery_retry;
CREATE INDEX delivery_retry ON delivery (brand_id, endpoint, next_at) WHERE state = 'retry';
