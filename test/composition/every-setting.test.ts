import { expect, it } from 'vitest';
import { readSettings } from '../../src/composition/settings/read-settings.ts';
import { variables, type VariableName } from '../../src/composition/settings/variables.ts';
import { warningsOf } from '../../src/composition/settings/warnings.ts';

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://connect.example.com',
  DATABASE_URL: 'postgres://service:made-up@db.example.com/app',
  TIKTOK_CLIENT_KEY: 'aw-made-up-key',
  TIKTOK_CLIENT_SECRET: 'made-up-secret',
  TIKTOK_TOKEN_ENCRYPTION_KEY: '00'.repeat(32),
  AUTH_JWKS_URL: 'https://id.example.com/keys',
  AUTH_ISSUER: 'https://id.example.com',
  AUTH_AUDIENCE: 'app',
};

/** What each setting must not be in production. The two that name a folder take any; an absent one is made by the start. */
const wrong: Readonly<Record<Exclude<VariableName, 'DATA_DIR' | 'MEDIA_DIR' | 'AUTH_ISSUER' | 'AUTH_AUDIENCE' | 'OTEL_SERVICE_NAME'>, readonly string[]>> = {
  NODE_ENV: ['prod', 'Production', 'PRODUCTION', ' production', 'production '],
  PORT: ['0', '65536', '-1', '3000.5', 'http', '0x10'],
  HOST: ['http://0.0.0.0', 'a b', '0.0.0.0/0'],
  PUBLIC_URL: ['connect.example.com', 'http://connect.example.com', 'https://connect.example.com/app', 'https://ada@connect.example.com', 'https://:word@connect.example.com', 'ftp://connect.example.com', 'https://connect.example.com?a=1'],
  DATABASE_URL: ['db', 'mysql://db', 'https://db'],
  EVENT_STORE_URL: ['db', 'esdb://node1:2113', 'https://node1:2113'],
  MEDIA_MAX_BYTES: ['0', '-1', '4294967297', '4GB', '1e9'],
  MEDIA_RETENTION: ['0d', '7', '7 d', '4000d', 'P7D'],
  TIKTOK_CLIENT_KEY: ['a key', 'schlüssel'],
  TIKTOK_CLIENT_SECRET: ['a secret', 'line\nend'],
  TIKTOK_CLIENT_SECRET_PREVIOUS: ['a secret'],
  TIKTOK_REDIRECT_URI: ['/callback', 'http://connect.example.com/cb', 'https://connect.example.com/cb?a=1', 'https://connect.example.com/cb#a', `https://connect.example.com/${'a'.repeat(512)}`],
  TIKTOK_SCOPES: ['user.info.basic video.publish', ',', 'user info'],
  TIKTOK_PKCE: ['plain', 'on', 'S256'],
  TIKTOK_AUTHORIZE_URL: ['www.tiktok.com', 'http://www.tiktok.com/v2/auth/authorize/', 'https://ada@www.tiktok.com/'],
  TIKTOK_API_URL: ['open.tiktokapis.com', 'http://open.tiktokapis.com', 'https://open.tiktokapis.com/v2', 'https://ada:word@open.tiktokapis.com'],
  TIKTOK_CHUNK_BYTES: ['5242879', '64000001', '10MB', '1e7', '-10000000'],
  TIKTOK_VERIFIED_URLS: ['localhost', 'http://cdn.example.com/', 'https://cdn.example.com'],
  TIKTOK_TOKEN_ENCRYPTION_KEY: ['short', 'a'.repeat(33), '0'.repeat(63), 'a:short', `a:${'00'.repeat(32)},a:${'11'.repeat(32)}`],
  TOKEN_REFRESH: ['on', 'Eager'],
  APP_RETURN_URL: ['/done', 'javascript:alert(1)', 'https://ada:word@app.example.com/done', 'http://app.example.com/done'],
  RETURN_URL_ALLOWLIST: ['/done', 'https://ada@app.example.com/done'],
  AUTH_JWKS_URL: ['id.example.com', 'http://id.example.com/keys', 'https://ada@id.example.com/keys'],
  AUTH_COOKIE: ['a b', 'a=b', 'a;b'],
  CORS_ORIGINS: ['*', 'null', 'app.example.com', 'https://app.example.com/path'],
  TRUST_PROXY: ['yes', '10.0.0.0/99', 'proxy.example.com', '-1'],
  SIMULATOR: ['on', 'true'],
  SIMULATOR_PORT: ['0', 'x'],
  RATE_LIMIT: ['600', '0/1m', 'none'],
  DEV_ON_ALL_INTERFACES: ['yes', '1'],
  ROLES: ['mailer', ',', 'http worker'],
  METRICS_PORT: ['0', '3000', 'x'],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['localhost:4318', 'grpc://localhost:4317', 'https://ada:word@otel.example.com'],
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ['/v1/traces'],
  OTEL_EXPORTER_OTLP_PROTOCOL: ['grpc', 'http/json'],
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: ['grpc'],
  OTEL_EXPORTER_OTLP_HEADERS: ['a-key', '=value', 'a=b,c'],
  OTEL_RESOURCE_ATTRIBUTES: ['production', 'a=b,,c=d'],
  OTEL_SDK_DISABLED: ['yes', '1'],
  OTEL_TRACES_EXPORTER: ['zipkin', 'console'],
  OTEL_TRACES_SAMPLER: ['sometimes', 'xray'],
  OTEL_TRACES_SAMPLER_ARG: ['1.5', '-0.1', '10%'],
  OTEL_BSP_SCHEDULE_DELAY: ['0', '5s'],
  OTEL_BSP_EXPORT_TIMEOUT: ['0', '1.5'],
  OTEL_BSP_MAX_QUEUE_SIZE: ['0', 'many'],
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: ['-1'],
  LOG_LEVEL: ['loud', 'INFO'],
};

it('every setting is in this table, or takes any text', () => {
  expect(Object.keys(variables).filter((name) => !(name in wrong)).sort()).toEqual(['AUTH_AUDIENCE', 'AUTH_ISSUER', 'DATA_DIR', 'MEDIA_DIR', 'OTEL_SERVICE_NAME']);
});

it.each(Object.entries(wrong).flatMap(([name, values]) => values.map((value) => [name, value] as const)))('production refuses %s=%j in one sentence that names it', (name, value) => {
  const problems = readSettings({ ...production, [name]: value })._unsafeUnwrapErr();
  // The other mode has rules of its own; what counts is that it was not entered unnoticed.
  expect(problems.filter((problem) => problem.includes(name))).toHaveLength(1);
  if (name !== 'NODE_ENV') expect(problems).toHaveLength(1);
  expect(problems.join()).toMatch(/\.$/);
});

it.each(Object.keys(variables).filter((name) => !['DATABASE_URL', 'EVENT_STORE_URL', 'TIKTOK_CLIENT_SECRET', 'TIKTOK_CLIENT_SECRET_PREVIOUS', 'TIKTOK_TOKEN_ENCRYPTION_KEY', 'OTEL_EXPORTER_OTLP_HEADERS'].includes(name)))(
  'a file for %s, which is no secret, is not silently ignored',
  (name) => {
    expect(readSettings({ ...production, [name]: undefined, [`${name}_FILE`]: '/run/secrets/any' })._unsafeUnwrapErr()).toContain(`${name}_FILE is not read, for ${name} is no secret: set ${name} itself.`);
  },
);

it('a file for the client key does not bring the simulator into production', () => {
  const problems = readSettings({ ...production, TIKTOK_CLIENT_KEY: undefined, TIKTOK_CLIENT_KEY_FILE: '/run/secrets/key' })._unsafeUnwrapErr();
  expect(problems).toContainEqual(expect.stringContaining('TIKTOK_CLIENT_KEY is not set: in production'));
});

it('in development two servers of one process do not share a port', () => {
  expect(readSettings({ PORT: '3010' })._unsafeUnwrapErr()).toEqual(['SIMULATOR_PORT must differ from PORT.']);
  expect(readSettings({ METRICS_PORT: '3010' })._unsafeUnwrapErr()).toEqual(['METRICS_PORT must differ from SIMULATOR_PORT.']);
});

it.each([
  [{ TRUST_PROXY: 'true' }, 'TRUST_PROXY is true'],
  [{ TIKTOK_SCOPES: 'video.publish' }, 'TIKTOK_SCOPES lacks user.info.basic'],
  [{ TIKTOK_REDIRECT_URI: 'https://app.example.com/api/tiktok/auth/callback' }, 'TIKTOK_REDIRECT_URI has another host than PUBLIC_URL'],
])('what may be meant is warned of: %o', (changed, sentence) => {
  expect(warningsOf(readSettings(production)._unsafeUnwrap())).toEqual([]);
  expect(warningsOf(readSettings({ ...production, ...changed })._unsafeUnwrap())).toEqual([expect.stringContaining(sentence)]);
});

it('a redirect URI at another port of the same host is not warned of: cookies do not know ports', () => {
  const settings = readSettings({ PUBLIC_URL: 'http://localhost:8080', TIKTOK_REDIRECT_URI: 'http://localhost:3000/api/tiktok/auth/callback' })._unsafeUnwrap();
  expect(warningsOf(settings)).toEqual([]);
});
