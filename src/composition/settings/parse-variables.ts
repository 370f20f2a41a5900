import { resolve } from 'node:path';
import type { z } from 'zod';
import { usualChunkBytes } from '../../domain/publication/chunk-plan.ts';
import { scope, scopeSet } from '../../domain/values/scopes.ts';
import { givenBy, type Environment } from './environment.ts';
import { readTracing } from './tracing.ts';
import { variables } from './variables.ts';

/** Reads each variable by itself; what is wrong goes to `problems`. */
export const parseVariables = (environment: Environment, problems: string[]) => {
  const read = <Schema extends z.ZodType>(name: string, { schema, must }: { schema: Schema; must: string }): z.output<Schema> | undefined => {
    const text = environment[name];
    if (text === undefined) return undefined;
    const parsed = schema.safeParse(text);
    if (!parsed.success) problems.push(`${name} must ${must}.`);
    return parsed.data;
  };
  return {
    nodeEnv: read('NODE_ENV', variables.NODE_ENV),
    port: read('PORT', variables.PORT) ?? 3_000,
    host: read('HOST', variables.HOST) ?? '127.0.0.1',
    publicUrl: read('PUBLIC_URL', variables.PUBLIC_URL),
    databaseUrl: read('DATABASE_URL', variables.DATABASE_URL),
    dataDir: resolve(read('DATA_DIR', variables.DATA_DIR) ?? 'data'),
    mediaDir: read('MEDIA_DIR', variables.MEDIA_DIR),
    mediaMaxBytes: read('MEDIA_MAX_BYTES', variables.MEDIA_MAX_BYTES) ?? 4 * 2 ** 30,
    mediaRetentionMillis: read('MEDIA_RETENTION', variables.MEDIA_RETENTION) ?? 7 * 86_400_000,
    clientKey: read('TIKTOK_CLIENT_KEY', variables.TIKTOK_CLIENT_KEY),
    clientSecret: read('TIKTOK_CLIENT_SECRET', variables.TIKTOK_CLIENT_SECRET),
    previousClientSecret: read('TIKTOK_CLIENT_SECRET_PREVIOUS', variables.TIKTOK_CLIENT_SECRET_PREVIOUS),
    redirectUri: read('TIKTOK_REDIRECT_URI', variables.TIKTOK_REDIRECT_URI),
    scopes: read('TIKTOK_SCOPES', variables.TIKTOK_SCOPES) ?? scopeSet([scope('user.info.basic'), scope('video.publish')]),
    pkce: read('TIKTOK_PKCE', variables.TIKTOK_PKCE) ?? 'auto',
    authorizeUrl: read('TIKTOK_AUTHORIZE_URL', variables.TIKTOK_AUTHORIZE_URL)?.href ?? null,
    apiUrl: read('TIKTOK_API_URL', variables.TIKTOK_API_URL) ?? null,
    verifiedUrls: read('TIKTOK_VERIFIED_URLS', variables.TIKTOK_VERIFIED_URLS) ?? [],
    chunkBytes: read('TIKTOK_CHUNK_BYTES', variables.TIKTOK_CHUNK_BYTES) ?? usualChunkBytes,
    encryptionKeys: read('TIKTOK_TOKEN_ENCRYPTION_KEY', variables.TIKTOK_TOKEN_ENCRYPTION_KEY),
    tokenRefresh: read('TOKEN_REFRESH', variables.TOKEN_REFRESH) ?? 'eager',
    returnUrl: read('APP_RETURN_URL', variables.APP_RETURN_URL),
    returnUrlAllowlist: read('RETURN_URL_ALLOWLIST', variables.RETURN_URL_ALLOWLIST),
    jwksUrl: read('AUTH_JWKS_URL', variables.AUTH_JWKS_URL),
    issuer: read('AUTH_ISSUER', variables.AUTH_ISSUER),
    audience: read('AUTH_AUDIENCE', variables.AUTH_AUDIENCE),
    authCookie: read('AUTH_COOKIE', variables.AUTH_COOKIE) ?? '__session',
    corsOrigins: read('CORS_ORIGINS', variables.CORS_ORIGINS) ?? [],
    trustProxy: read('TRUST_PROXY', variables.TRUST_PROXY) ?? false,
    simulator: read('SIMULATOR', variables.SIMULATOR) ?? 'auto',
    simulatorPort: read('SIMULATOR_PORT', variables.SIMULATOR_PORT) ?? 3_010,
    allInterfaces: read('DEV_ON_ALL_INTERFACES', variables.DEV_ON_ALL_INTERFACES) ?? false,
    rateLimit: read('RATE_LIMIT', variables.RATE_LIMIT),
    roles: read('ROLES', variables.ROLES) ?? (['http', 'worker'] as const),
    metricsPort: read('METRICS_PORT', variables.METRICS_PORT) ?? null,
    logLevel: read('LOG_LEVEL', variables.LOG_LEVEL) ?? 'info',
    tracing: readTracing(read, environment),
    eventStoreUrl: read('EVENT_STORE_URL', variables.EVENT_STORE_URL),
    /** Names that were set, whether or not to something of use. */
    given: new Set(Object.keys(environment).map(givenBy)),
  };
};

export type Variables = ReturnType<typeof parseVariables>;
