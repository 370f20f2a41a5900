import { join, resolve } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import { clientKey, type ClientKey } from '../../domain/values/ids.ts';
import { scope, scopeSet, type Scope } from '../../domain/values/scopes.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import { expandFiles, type Environment } from './environment.ts';
import { crossProblems } from './rules.ts';
import { isLoopback } from './values.ts';
import { variables } from './variables.ts';

export type Settings = Readonly<{
  production: boolean;
  /** Header and cookie name the user; see the contract's §1. */
  developmentPrincipals: boolean;
  port: number;
  host: string;
  publicUrl: string;
  /** Null: the embedded PostgreSQL in `dataDir`. */
  databaseUrl: Secret<string> | null;
  dataDir: string;
  /** Null: the simulator's. */
  tiktokApp: Readonly<{ clientKey: ClientKey; clientSecret: Secret<string> }> | null;
  tiktok: Readonly<{
    redirectUri: string;
    scopes: readonly Scope[];
    pkce: 'off' | 'hex' | 'base64url';
    /** Null: TikTok's own, or the simulator's when it runs. */
    authorizeUrl: string | null;
    apiUrl: string | null;
  }>;
  /** Null: made and kept in `dataDir`. */
  encryptionKeys: Secret<string> | null;
  returnUrl: string;
  returnUrlAllowlist: readonly string[];
  identity: Readonly<{ jwksUrl: string; issuer: string; audience: string | null }> | null;
  authCookie: string;
  corsOrigins: readonly string[];
  trustProxy: boolean | number | string;
  simulatorPort: number;
  roles: readonly ('http' | 'worker')[];
  metricsPort: number | null;
  logLevel: string;
}>;

const parseVariables = (environment: Environment, problems: string[]) => {
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
    clientKey: read('TIKTOK_CLIENT_KEY', variables.TIKTOK_CLIENT_KEY),
    clientSecret: read('TIKTOK_CLIENT_SECRET', variables.TIKTOK_CLIENT_SECRET),
    redirectUri: read('TIKTOK_REDIRECT_URI', variables.TIKTOK_REDIRECT_URI),
    scopes: read('TIKTOK_SCOPES', variables.TIKTOK_SCOPES) ?? scopeSet([scope('user.info.basic'), scope('video.publish')]),
    pkce: read('TIKTOK_PKCE', variables.TIKTOK_PKCE) ?? 'auto',
    authorizeUrl: read('TIKTOK_AUTHORIZE_URL', variables.TIKTOK_AUTHORIZE_URL)?.href ?? null,
    apiUrl: read('TIKTOK_API_URL', variables.TIKTOK_API_URL) ?? null,
    encryptionKeys: read('TIKTOK_TOKEN_ENCRYPTION_KEY', variables.TIKTOK_TOKEN_ENCRYPTION_KEY),
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
    roles: read('ROLES', variables.ROLES) ?? (['http', 'worker'] as const),
    metricsPort: read('METRICS_PORT', variables.METRICS_PORT) ?? null,
    logLevel: read('LOG_LEVEL', variables.LOG_LEVEL) ?? 'info',
    eventStoreUrl: environment['EVENT_STORE_URL'],
  };
};

export type Variables = ReturnType<typeof parseVariables>;

const asSecret = (text: string | undefined): Secret<string> | null => (text === undefined ? null : secret(text));

/** The whole configuration, or one sentence per problem. */
export const readSettings = (given: Environment): Result<Settings, readonly string[]> => {
  const { environment, problems: fileProblems } = expandFiles(given);
  const problems = [...fileProblems];
  const values = parseVariables(environment, problems);
  const production = values.nodeEnv === 'production';
  const publicUrl = values.publicUrl ?? `http://localhost:${values.port}`;
  const redirectUri = values.redirectUri ?? `${publicUrl}/api/tiktok/auth/callback`;
  problems.push(...crossProblems(values, { production, publicUrl, redirectUri }));
  if (problems.length > 0) return err(problems);

  const returnUrl = values.returnUrl?.href ?? `${publicUrl}/dashboard/account`;
  const loopbackRedirect = isLoopback(new URL(redirectUri).hostname);
  const { clientKey: key, clientSecret, jwksUrl, issuer } = values;
  return ok({
    production,
    developmentPrincipals: !production && jwksUrl === undefined,
    port: values.port,
    host: values.host,
    publicUrl,
    databaseUrl: asSecret(values.databaseUrl),
    dataDir: values.dataDir,
    tiktokApp: key === undefined || clientSecret === undefined ? null : { clientKey: clientKey(key), clientSecret: secret(clientSecret) },
    tiktok: {
      redirectUri,
      scopes: values.scopes,
      pkce: values.pkce === 'auto' ? (loopbackRedirect ? 'hex' : 'off') : values.pkce,
      authorizeUrl: values.authorizeUrl,
      apiUrl: values.apiUrl,
    },
    encryptionKeys: asSecret(values.encryptionKeys),
    returnUrl,
    returnUrlAllowlist: [returnUrl, ...(values.returnUrlAllowlist ?? [])],
    identity: jwksUrl === undefined || issuer === undefined ? null : { jwksUrl: jwksUrl.href, issuer, audience: values.audience ?? null },
    authCookie: values.authCookie,
    corsOrigins: values.corsOrigins,
    trustProxy: values.trustProxy,
    simulatorPort: values.simulatorPort,
    roles: values.roles,
    metricsPort: values.metricsPort,
    logLevel: values.logLevel,
  });
};

/** Where the simulator keeps what it granted, so that a restart does not invalidate it. */
export const simulatorStateFile = (settings: Settings): string => join(settings.dataDir, 'simulator.json');
