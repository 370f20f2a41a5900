import type { FastifyCorsOptions } from '@fastify/cors';

const preflightAgeSeconds = 600;

/** Lets pages of these exact origins call us with their cookies and read what they need to. */
export const crossOriginOptions = (origins: readonly string[]): FastifyCorsOptions => ({
  origin: [...origins],
  credentials: true,
  methods: ['GET', 'POST', 'DELETE'],
  allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-None-Match', 'Last-Event-ID', 'traceparent'],
  exposedHeaders: ['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'],
  maxAge: preflightAgeSeconds,
  strictPreflight: false,
});
