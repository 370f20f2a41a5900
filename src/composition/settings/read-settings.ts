import { join, resolve } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import { parseStoreAddress, type StoreAddress } from '../../adapters/event-store/eventstoredb/connection-string.ts';
import type { TracingSettings } from '../../adapters/telemetry/tracing.ts';
import type { RequestLimit } from '../../application/limiting/request-limit.ts';
import { clientKey, type ClientKey } from '../../domain/values/ids.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import { expandFiles, type Environment } from './environment.ts';
import { parseVariables, type Variables } from './parse-variables.ts';
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
  /** Null: the history stands in the PostgreSQL database. */
  eventStore: Secret<StoreAddress> | null;
  dataDir: string;
  /** Where uploads lie, how large one may be, and for how long it is kept. */
  media: Readonly<{ dir: string; maxBytes: number; retentionMillis: number }>;
  /** Null: the simulator's. */
  tiktokApp: Readonly<{ clientKey: ClientKey; clientSecret: Secret<string>; previousClientSecret: Secret<string> | null }> | null;
  tiktok: Readonly<{
    redirectUri: string;
    scopes: readonly Scope[];
    pkce: 'off' | 'hex' | 'base64url';
    /** Null: TikTok's own, or the simulator's when it runs. */
    authorizeUrl: string | null;
    apiUrl: string | null;
    /** Domains, which cover their sub-domains, and URL prefixes: what TikTok may pull media from. */
    verifiedUrls: readonly string[];
    /** How much of a larger file is sent, and recorded, at once. */
    chunkBytes: number;
  }>;
  /** Null: made and kept in `dataDir`. */
  encryptionKeys: Secret<string> | null;
  tokenRefresh: 'eager' | 'lazy';
  returnUrl: string;
  returnUrlAllowlist: readonly string[];
  identity: Readonly<{ jwksUrl: string; issuer: string; audience: string | null }> | null;
  authCookie: string;
  corsOrigins: readonly string[];
  trustProxy: boolean | number | readonly string[];
  /** How often each caller may ask on `/v1`; null: as often as it likes. */
  rateLimit: RequestLimit | null;
  simulatorPort: number;
  roles: readonly ('http' | 'worker')[];
  metricsPort: number | null;
  logLevel: string;
  /** Null: nothing is traced. */
  tracing: TracingSettings | null;
}>;

const usualRateLimit: RequestLimit = { requests: 600, windowMillis: 60_000 };

const asSecret = (text: string | undefined): Secret<string> | null => (text === undefined ? null : secret(text));

const storeOf = ({ eventStoreUrl }: Variables): Settings['eventStore'] =>
  eventStoreUrl === undefined ? null : parseStoreAddress(eventStoreUrl).map(secret).unwrapOr(null);

const appOf = ({ clientKey: key, clientSecret, previousClientSecret }: Variables): Settings['tiktokApp'] => {
  if (key === undefined || clientSecret === undefined) return null;
  return { clientKey: clientKey(key), clientSecret: secret(clientSecret), previousClientSecret: asSecret(previousClientSecret) };
};

/** The whole configuration, or one sentence per problem. */
export const readSettings = (given: Environment): Result<Settings, readonly string[]> => {
  const { environment, problems: fileProblems } = expandFiles(given, Object.keys(variables));
  const problems = [...fileProblems];
  const values = parseVariables(environment, problems);
  const production = values.nodeEnv === 'production';
  const publicUrl = values.publicUrl ?? `http://localhost:${values.port}`;
  const redirectUri = values.redirectUri ?? `${publicUrl}/api/tiktok/auth/callback`;
  problems.push(...crossProblems(values, { production, publicUrl, redirectUri }));
  if (problems.length > 0) return err(problems);

  const returnUrl = values.returnUrl?.href ?? `${publicUrl}/dashboard/account`;
  const loopbackRedirect = isLoopback(new URL(redirectUri).hostname);
  const { jwksUrl, issuer } = values;
  return ok({
    production,
    developmentPrincipals: !production && jwksUrl === undefined,
    port: values.port,
    host: values.host,
    publicUrl,
    databaseUrl: asSecret(values.databaseUrl),
    eventStore: storeOf(values),
    dataDir: values.dataDir,
    media: {
      dir: values.mediaDir === undefined ? join(values.dataDir, 'media') : resolve(values.mediaDir),
      maxBytes: values.mediaMaxBytes,
      retentionMillis: values.mediaRetentionMillis,
    },
    tiktokApp: appOf(values),
    tiktok: {
      redirectUri,
      scopes: values.scopes,
      pkce: values.pkce === 'auto' ? (loopbackRedirect ? 'hex' : 'off') : values.pkce,
      authorizeUrl: values.authorizeUrl,
      apiUrl: values.apiUrl,
      verifiedUrls: values.verifiedUrls,
      chunkBytes: values.chunkBytes,
    },
    encryptionKeys: asSecret(values.encryptionKeys),
    tokenRefresh: values.tokenRefresh,
    returnUrl,
    returnUrlAllowlist: [returnUrl, ...(values.returnUrlAllowlist ?? [])],
    identity: jwksUrl === undefined || issuer === undefined ? null : { jwksUrl: jwksUrl.href, issuer, audience: values.audience ?? null },
    authCookie: values.authCookie,
    corsOrigins: values.corsOrigins,
    trustProxy: values.trustProxy,
    rateLimit: values.rateLimit === undefined ? usualRateLimit : values.rateLimit,
    simulatorPort: values.simulatorPort,
    roles: values.roles,
    metricsPort: values.metricsPort,
    logLevel: values.logLevel,
    tracing: values.tracing,
  });
};

/** Where the simulator keeps what it granted, so that a restart does not invalidate it. */
export const simulatorStateFile = (settings: Settings): string => join(settings.dataDir, 'simulator.json');
