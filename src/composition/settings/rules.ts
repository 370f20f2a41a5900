import { secret } from '../../domain/values/secret.ts';
import { parseStoreAddress } from '../../adapters/event-store/eventstoredb/connection-string.ts';
import { parseKeyring } from '../../adapters/crypto/keyring-setting.ts';
import type { Variables } from './parse-variables.ts';
import { isLoopback } from './values.ts';

const redirectLengthLimit = 512;

/** What a browser sends there nobody reads on the way: it goes over TLS, or never leaves the machine. */
const isSecure = ({ protocol, hostname }: URL): boolean => protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));

/** TikTok's rules for redirect URIs, checked before TikTok shows its own error page. */
const redirectProblems = (redirectUri: string): readonly string[] => {
  const name = 'TIKTOK_REDIRECT_URI';
  if (!URL.canParse(redirectUri)) return [`${name} must be an absolute URL, exactly as registered with TikTok.`];
  const url = new URL(redirectUri);
  const problems: string[] = [];
  if (!isSecure(url)) {
    problems.push(`${name} must begin with https:// unless it points to localhost.`);
  }
  if (redirectUri.length >= redirectLengthLimit) problems.push(`${name} must be shorter than ${redirectLengthLimit} characters.`);
  if (redirectUri.includes('?')) problems.push(`${name} must not have a query: TikTok refuses it.`);
  if (redirectUri.includes('#')) problems.push(`${name} must not have a fragment: TikTok refuses it.`);
  return problems;
};

const productionProblems = (values: Variables): readonly string[] => {
  const problems: string[] = [];
  const need = (missing: boolean, sentence: string) => {
    const [name = ''] = sentence.split(' ');
    // One that is given but wrong has been named already.
    if (missing && !values.given.has(name)) problems.push(sentence);
  };
  need(values.databaseUrl === undefined, 'DATABASE_URL is not set: in production it must name a PostgreSQL database (15 to 18); the embedded one is for development.');
  need(values.clientKey === undefined, 'TIKTOK_CLIENT_KEY is not set: in production it must be the client key of your app in the TikTok developer portal.');
  need(values.clientSecret === undefined, 'TIKTOK_CLIENT_SECRET is not set: in production it must be the secret of your app, best given as TIKTOK_CLIENT_SECRET_FILE.');
  need(
    values.encryptionKeys === undefined,
    'TIKTOK_TOKEN_ENCRYPTION_KEY is not set: in production it must be 32 random bytes, e.g. from `openssl rand -hex 32`; keep it, for without it no token opens.',
  );
  need(values.publicUrl === undefined, 'PUBLIC_URL is not set: in production it must be the origin browsers use, e.g. https://connect.example.com.');
  if (values.publicUrl !== undefined && !isSecure(new URL(values.publicUrl))) {
    problems.push('PUBLIC_URL must begin with https:// in production unless its host is localhost: over http the cookies of a connect could be read on their way.');
  }
  return problems;
};

/** What TikTok is told and tells, client secret and tokens among it, goes over TLS. */
const plainTextProblems = ({ apiUrl, authorizeUrl, jwksUrl, returnUrl }: Variables): readonly string[] =>
  [
    ['TIKTOK_API_URL', apiUrl, 'the client secret and every token could be read on their way'],
    ['TIKTOK_AUTHORIZE_URL', authorizeUrl, 'whoever alters the page on its way could be anyone to TikTok'],
    ['AUTH_JWKS_URL', jwksUrl?.href, 'whoever alters the keys on their way could be any user'],
    ['APP_RETURN_URL', returnUrl?.href, 'what came of a connect could be read and altered on its way'],
  ].flatMap(([name, url, why]) => (typeof url === 'string' && !isSecure(new URL(url)) ? [`${name} must begin with https:// in production unless its host is localhost: ${why}.`] : []));

const portProblems = ({ port, metricsPort, simulatorPort, clientKey, simulator }: Variables, production: boolean): readonly string[] => {
  const simulated = !production && clientKey === undefined && simulator === 'auto';
  return [
    ...(metricsPort === port ? ['METRICS_PORT must differ from PORT.'] : []),
    ...(simulated && simulatorPort === port ? ['SIMULATOR_PORT must differ from PORT.'] : []),
    ...(simulated && simulatorPort === metricsPort ? ['METRICS_PORT must differ from SIMULATOR_PORT.'] : []),
  ];
};

const developmentProblems = (values: Variables, publicUrl: string): readonly string[] => {
  const problems: string[] = [];
  if (values.jwksUrl !== undefined) return problems;
  if (!isLoopback(new URL(publicUrl).hostname)) {
    problems.push('PUBLIC_URL is not a loopback address, but without AUTH_JWKS_URL anyone could name themselves any user: set AUTH_JWKS_URL, or NODE_ENV=production.');
  }
  if (!isLoopback(values.host) && !values.allInterfaces) {
    problems.push('HOST is not a loopback address, but without AUTH_JWKS_URL anyone could name themselves any user: set HOST=127.0.0.1, or DEV_ON_ALL_INTERFACES=true inside a container published on 127.0.0.1.');
  }
  return problems;
};

/** What no variable shows alone: one sentence per problem, each saying what to set. */
export const crossProblems = (
  values: Variables,
  { production, publicUrl, redirectUri }: Readonly<{ production: boolean; publicUrl: string; redirectUri: string }>,
): readonly string[] => {
  // One that follows from a wrong PUBLIC_URL is no problem of its own.
  const follows = production && !values.given.has('TIKTOK_REDIRECT_URI') && !isSecure(new URL(publicUrl));
  const problems = [
    ...(follows ? [] : redirectProblems(redirectUri)),
    ...(production ? productionProblems(values) : developmentProblems(values, publicUrl)),
  ];
  if (!production && (values.clientKey === undefined) !== (values.clientSecret === undefined)) {
    problems.push('TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET belong together: set both, or neither to use the simulator.');
  }
  if (values.previousClientSecret !== undefined && values.clientSecret === undefined && !values.given.has('TIKTOK_CLIENT_SECRET')) {
    problems.push('TIKTOK_CLIENT_SECRET_PREVIOUS is the former of two secrets: set TIKTOK_CLIENT_SECRET too, or unset it.');
  }
  if (!production && values.clientKey === undefined && values.simulator === 'off') {
    problems.push('SIMULATOR is off and there are no TikTok credentials: set TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET.');
  }
  if (values.jwksUrl !== undefined && values.issuer === undefined) {
    problems.push('AUTH_ISSUER is not set: with AUTH_JWKS_URL it must be the `iss` of the tokens of your identity provider.');
  }
  if (production) problems.push(...plainTextProblems(values));
  if (values.eventStoreUrl !== undefined) {
    const address = parseStoreAddress(values.eventStoreUrl);
    if (address.isErr()) problems.push(`EVENT_STORE_URL ${address.error}`);
  }
  problems.push(...portProblems(values, production));
  if (values.encryptionKeys !== undefined) {
    const keyring = parseKeyring(secret(values.encryptionKeys));
    if (keyring.isErr()) problems.push(...keyring.error);
  }
  return problems;
};
