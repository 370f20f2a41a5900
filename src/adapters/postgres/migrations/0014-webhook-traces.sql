-- The W3C trace context that a webhook was taken in under, so that the work on it is linked with its delivery; null where nothing is traced.
alter table tiktok_connections.webhook_intake add column traceparent text;
