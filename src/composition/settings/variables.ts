import { z } from 'zod';
import { tracingVariables } from './tracing.ts';
import { address, chunkBytes, duration, flag, host, mediaBytes, nodeEnv, origin, origins, port, postgresUrl, rateLimit, roles, scopes, trustProxy, urls } from './values.ts';
import { verifiedUrls } from './verified-urls.ts';

/** Every variable the service reads, with how it must look. `docs` and `.env.example` are checked against this list. */
export const variables = {
  NODE_ENV: { schema: nodeEnv, must: 'be spelled production where that is meant; anything else is development' },
  PORT: { schema: port, must: 'be a port number from 1 to 65535' },
  HOST: { schema: host, must: 'be the address to listen on, e.g. 127.0.0.1' },
  PUBLIC_URL: { schema: origin, must: 'be the origin browsers use, e.g. https://connect.example.com, without a path' },
  DATABASE_URL: { schema: postgresUrl, must: 'be a PostgreSQL address, e.g. postgres://user:password@host:5432/name' },
  EVENT_STORE_URL: { schema: z.string(), must: 'be an EventStoreDB address' },
  DATA_DIR: { schema: z.string().min(1), must: 'be a directory' },
  MEDIA_DIR: { schema: z.string().min(1), must: 'be a directory' },
  MEDIA_MAX_BYTES: { schema: mediaBytes, must: 'be a number of bytes from 1 to 4294967296, the largest file that TikTok takes' },
  MEDIA_RETENTION: { schema: duration, must: 'be a whole number and one of s, m, h, d, e.g. 12h or 7d, and at most 3650d' },
  TIKTOK_CLIENT_KEY: { schema: z.string().regex(/^[\x21-\x7e]+$/), must: 'be the client key of your app in the TikTok developer portal' },
  TIKTOK_CLIENT_SECRET: { schema: z.string().regex(/^[\x21-\x7e]+$/), must: 'be the client secret that belongs to TIKTOK_CLIENT_KEY' },
  TIKTOK_CLIENT_SECRET_PREVIOUS: { schema: z.string().regex(/^[\x21-\x7e]+$/), must: 'be the client secret that TIKTOK_CLIENT_SECRET replaces' },
  TIKTOK_REDIRECT_URI: { schema: z.string(), must: 'be an address' },
  TIKTOK_SCOPES: { schema: scopes, must: 'be TikTok scopes separated by commas, e.g. user.info.basic,video.publish' },
  TIKTOK_PKCE: { schema: z.enum(['auto', 'off', 'hex', 'base64url']), must: 'be one of auto, off, hex, base64url' },
  TIKTOK_AUTHORIZE_URL: { schema: address, must: 'be the full http(s) address of the authorize page' },
  TIKTOK_API_URL: { schema: origin, must: 'be the origin of the API, e.g. https://open.tiktokapis.com' },
  TIKTOK_VERIFIED_URLS: {
    schema: verifiedUrls,
    must: 'be domains and https URL prefixes that end in a slash, separated by commas, e.g. media.example.com,https://cdn.example.com/videos/',
  },
  TIKTOK_CHUNK_BYTES: { schema: chunkBytes, must: 'be a number of bytes from 5242880 to 64000000, which TikTok takes however it counts megabytes' },
  TIKTOK_TOKEN_ENCRYPTION_KEY: { schema: z.string(), must: 'be a key' },
  TOKEN_REFRESH: { schema: z.enum(['eager', 'lazy']), must: 'be eager or lazy' },
  APP_RETURN_URL: { schema: address, must: 'be an absolute http(s) address of your application' },
  RETURN_URL_ALLOWLIST: { schema: urls, must: 'be absolute http(s) addresses separated by commas' },
  AUTH_JWKS_URL: { schema: address, must: "be the https address of your identity provider's key set" },
  AUTH_ISSUER: { schema: z.string().min(1), must: 'be the `iss` of your identity provider' },
  AUTH_AUDIENCE: { schema: z.string().min(1), must: 'be the `aud` of the tokens' },
  AUTH_COOKIE: { schema: z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/), must: 'be the name of a cookie' },
  CORS_ORIGINS: { schema: origins, must: 'be origins separated by commas, e.g. https://app.example.com' },
  TRUST_PROXY: { schema: trustProxy, must: 'be true, a number of hops, or addresses and networks of proxies separated by commas, e.g. 10.0.0.0/8' },
  SIMULATOR: { schema: z.enum(['auto', 'off']), must: 'be auto or off' },
  SIMULATOR_PORT: { schema: port, must: 'be a port number from 1 to 65535' },
  DEV_ON_ALL_INTERFACES: { schema: flag, must: 'be true or false' },
  RATE_LIMIT: { schema: rateLimit, must: 'be a number of requests and a time of at most 1d, e.g. 600/1m, or off' },
  ROLES: { schema: roles, must: 'be http, worker or both, separated by a comma' },
  METRICS_PORT: { schema: port, must: 'be a port number from 1 to 65535' },
  ...tracingVariables,
  LOG_LEVEL: { schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']), must: 'be one of trace, debug, info, warn, error, silent' },
} as const;

export type VariableName = keyof typeof variables;
