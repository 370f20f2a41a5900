import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { warningsOf } from '../../src/composition/settings/warnings.ts';
import { readSettings } from '../../src/composition/settings/read-settings.ts';
import type { Environment } from '../../src/composition/settings/environment.ts';

const production = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://connect.example.com',
  DATABASE_URL: 'postgres://service:made-up@db.example.com/app',
  TIKTOK_CLIENT_KEY: 'aw-made-up-key',
  TIKTOK_CLIENT_SECRET: 'made-up-secret',
  TIKTOK_TOKEN_ENCRYPTION_KEY: '00'.repeat(32),
};

const settingsOf = (environment: Environment) => readSettings(environment)._unsafeUnwrap();
const problemsOf = (environment: Environment): string => readSettings(environment)._unsafeUnwrapErr().join('\n');
const without = (name: keyof typeof production): Environment => ({ ...production, [name]: undefined });

describe('the settings', () => {
  it('keep media beside the rest for a week, unless told otherwise', () => {
    expect(settingsOf({ DATA_DIR: '/srv/data' }).media).toEqual({ dir: '/srv/data/media', maxBytes: 4_294_967_296, retentionMillis: 604_800_000 });
    const told = settingsOf({ DATA_DIR: '/srv/data', MEDIA_DIR: '/mnt/media', MEDIA_MAX_BYTES: '1000', MEDIA_RETENTION: '90m' });
    expect(told.media).toEqual({ dir: '/mnt/media', maxBytes: 1_000, retentionMillis: 5_400_000 });
  });

  it('have a default for everything in development', () => {
    const settings = settingsOf({});
    expect(settings).toMatchObject({
      production: false,
      developmentPrincipals: true,
      port: 3000,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:3000',
      databaseUrl: null,
      tiktokApp: null,
      encryptionKeys: null,
      returnUrl: 'http://localhost:3000/dashboard/account',
      authCookie: '__session',
      simulatorPort: 3010,
      roles: ['http', 'worker'],
      metricsPort: null,
      tracing: null,
      logLevel: 'info',
    });
    expect(settings.tiktok).toMatchObject({ redirectUri: 'http://localhost:3000/api/tiktok/auth/callback', pkce: 'hex', scopes: ['user.info.basic', 'video.publish'] });
  });

  it('send no PKCE to an https redirect unless told to', () => {
    expect(settingsOf(production).tiktok.pkce).toBe('off');
    expect(settingsOf({ ...production, TIKTOK_PKCE: 'base64url' }).tiktok.pkce).toBe('base64url');
  });

  it('always allow the return address itself', () => {
    const settings = settingsOf({ ...production, APP_RETURN_URL: 'https://app.example.com/done', RETURN_URL_ALLOWLIST: 'https://app.example.com/a, https://app.example.com/b' });
    expect(settings.returnUrlAllowlist).toEqual(['https://app.example.com/done', 'https://app.example.com/a', 'https://app.example.com/b']);
  });

  it('read what TikTok may pull from as addresses are read', () => {
    expect(settingsOf({}).tiktok.verifiedUrls).toEqual([]);
    expect(settingsOf({}).tiktok.chunkBytes).toBe(10_000_000);
    expect(settingsOf({ TIKTOK_CHUNK_BYTES: '64000000' }).tiktok.chunkBytes).toBe(64_000_000);
    expect(settingsOf({ TIKTOK_VERIFIED_URLS: ' Static.Example.com, HTTPS://CDN.Example.net/Videos/,,münchen.example.com,https://cdn.example.net/a/../b/' }).tiktok.verifiedUrls).toEqual([
      'static.example.com',
      'https://cdn.example.net/Videos/',
      'xn--mnchen-3ya.example.com',
      'https://cdn.example.net/b/',
    ]);
  });

  it.each([
    'localhost',
    '93.184.216.34',
    'https://93.184.216.34/videos/',
    'https://[2606:2800:220:1::1]/videos/',
    'http://cdn.example.net/videos/',
    'https://cdn.example.net/videos',
    'https://cdn.example.net',
    'https://cdn.example.net/videos/?a=1',
    'https://cdn.example.net/videos/#/',
    'https://ada@cdn.example.net/videos/',
    'static.example.com:8443',
    'static.example.com/videos/',
    '*.example.com,',
    'static.example.com.',
    'static example.com',
    'media.example.com,https://cdn.example.net/videos',
  ])('do not take %s for what TikTok may pull from', (value) => {
    expect(problemsOf({ TIKTOK_VERIFIED_URLS: value })).toBe(
      'TIKTOK_VERIFIED_URLS must be domains and https URL prefixes that end in a slash, separated by commas, e.g. media.example.com,https://cdn.example.com/videos/.',
    );
  });

  it('believe the proxies that are named', () => {
    expect(settingsOf({ TRUST_PROXY: '10.0.0.0/8, ::1, loopback' }).trustProxy).toEqual(['10.0.0.0/8', '::1', 'loopback']);
    expect(settingsOf({ TRUST_PROXY: '2' }).trustProxy).toBe(2);
  });

  it('take an empty variable as unset', () => {
    expect(settingsOf({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 3000, databaseUrl: null });
  });

  it('read a secret from a file and leave the line end out', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'settings-')), 'secret');
    writeFileSync(file, 'made-up-secret-from-a-file\n');
    const settings = settingsOf({ ...without('TIKTOK_CLIENT_SECRET'), TIKTOK_CLIENT_SECRET_FILE: file });
    expect(settings.tiktokApp?.clientSecret.reveal()).toBe('made-up-secret-from-a-file');
  });

  it('take a former client secret beside the present one, also from a file', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'settings-')), 'secret');
    writeFileSync(file, 'made-up-former-secret\n');
    expect(settingsOf(production).tiktokApp?.previousClientSecret).toBeNull();
    expect(settingsOf({ ...production, TIKTOK_CLIENT_SECRET_PREVIOUS_FILE: file }).tiktokApp?.previousClientSecret?.reveal()).toBe('made-up-former-secret');
    expect(settingsOf({ ...production, TIKTOK_CLIENT_SECRET_PREVIOUS: 'made-up-former' }).tiktokApp?.previousClientSecret?.reveal()).toBe('made-up-former');
  });

  it('do not print a secret', () => {
    const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example', OTEL_EXPORTER_OTLP_HEADERS: 'x-key=made-up-key-of-a-collector' };
    const printed = JSON.stringify(settingsOf({ ...production, ...collector }));
    for (const hidden of ['made-up-secret', 'service:made-up', '00'.repeat(32), 'made-up-key-of-a-collector']) expect(printed).not.toContain(hidden);
  });
});

describe('a start in production', () => {
  it('succeeds with all that is required', () => {
    expect(settingsOf(production)).toMatchObject({ production: true, developmentPrincipals: false });
  });

  it.each(['PUBLIC_URL', 'DATABASE_URL', 'TIKTOK_CLIENT_KEY', 'TIKTOK_CLIENT_SECRET', 'TIKTOK_TOKEN_ENCRYPTION_KEY'] as const)('is refused without %s', (name) => {
    expect(problemsOf(without(name))).toContain(`${name} is not set`);
  });

  it('names every problem at once', () => {
    expect(readSettings({ NODE_ENV: 'production', PORT: 'http' })._unsafeUnwrapErr()).toHaveLength(6);
  });

  it('names a setting that is given but wrong once', () => {
    expect(readSettings({ ...production, DATABASE_URL: 'mysql://db' })._unsafeUnwrapErr()).toHaveLength(1);
    expect(readSettings({ ...without('TIKTOK_CLIENT_SECRET'), TIKTOK_CLIENT_SECRET_FILE: '/nowhere' })._unsafeUnwrapErr()).toHaveLength(1);
  });

  it('warns where no end user can sign in, or a token for another application would do', () => {
    const identity = { AUTH_JWKS_URL: 'https://id.example.com/jwks', AUTH_ISSUER: 'https://id.example.com' };
    expect(warningsOf(settingsOf(production))).toEqual([expect.stringContaining('AUTH_JWKS_URL')]);
    expect(warningsOf(settingsOf({ ...production, ...identity }))).toEqual([expect.stringContaining('AUTH_AUDIENCE')]);
    expect(warningsOf(settingsOf({ ...production, ...identity, AUTH_AUDIENCE: 'app' }))).toEqual([]);
  });

  it.each([{}, { TIKTOK_REDIRECT_URI: 'https://connect.example.com/api/tiktok/auth/callback' }])('is refused with a public address over plain http: %o', (redirect) => {
    expect(readSettings({ ...production, ...redirect, PUBLIC_URL: 'http://connect.example.com' })._unsafeUnwrapErr()).toEqual([
      expect.stringMatching(/^PUBLIC_URL must begin with https:\/\/ in production/),
    ]);
  });

  it.each(['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])('succeeds behind a tunnel that ends at %s', (publicUrl) => {
    expect(settingsOf({ ...production, PUBLIC_URL: publicUrl }).publicUrl).toBe(publicUrl);
  });

  it('is refused with keys that come over plain http', () => {
    expect(problemsOf({ ...production, AUTH_JWKS_URL: 'http://id.example.com/jwks', AUTH_ISSUER: 'https://id.example.com' })).toContain('AUTH_JWKS_URL must begin with https://');
  });
});

describe('development principals', () => {
  it.each([
    [{ PUBLIC_URL: 'http://192.0.2.7:3000' }, 'PUBLIC_URL is not a loopback address'],
    [{ HOST: '0.0.0.0' }, 'HOST is not a loopback address'],
    [{ HOST: '::' }, 'HOST is not a loopback address'],
  ])('are refused beyond loopback: %o', (environment, sentence) => {
    expect(problemsOf(environment)).toContain(sentence);
  });

  it.each([{ HOST: '::1' }, { HOST: '127.0.0.2' }, { HOST: '0.0.0.0', DEV_ON_ALL_INTERFACES: 'true' }])('are accepted with %o', (environment) => {
    expect(settingsOf(environment).developmentPrincipals).toBe(true);
  });

  it('end where an identity provider is set', () => {
    const identity = { AUTH_JWKS_URL: 'https://id.example.com/jwks', AUTH_ISSUER: 'https://id.example.com' };
    expect(settingsOf({ ...identity, PUBLIC_URL: 'https://dev.example.com' }).developmentPrincipals).toBe(false);
  });
});

describe('a wrong setting', () => {
  it.each([
    [{ PORT: '0' }, 'PORT must be a port number'],
    [{ PORT: '65536' }, 'PORT must be a port number'],
    [{ PUBLIC_URL: 'localhost:3000' }, 'PUBLIC_URL must be the origin'],
    [{ PUBLIC_URL: 'http://localhost:3000/app' }, 'PUBLIC_URL must be the origin'],
    [{ DATABASE_URL: 'mysql://db' }, 'DATABASE_URL must be a PostgreSQL address'],
    [{ TIKTOK_SCOPES: 'user.info.basic video.publish' }, 'TIKTOK_SCOPES must be TikTok scopes separated by commas'],
    [{ TIKTOK_PKCE: 'plain' }, 'TIKTOK_PKCE must be one of'],
    [{ TIKTOK_REDIRECT_URI: '/callback' }, 'TIKTOK_REDIRECT_URI must be an absolute URL'],
    [{ TIKTOK_REDIRECT_URI: 'http://app.example.com/callback' }, 'TIKTOK_REDIRECT_URI must begin with https://'],
    [{ TIKTOK_REDIRECT_URI: 'https://app.example.com/callback?x=1' }, 'TIKTOK_REDIRECT_URI must not have a query'],
    [{ TIKTOK_REDIRECT_URI: 'https://app.example.com/callback#x' }, 'TIKTOK_REDIRECT_URI must not have a fragment'],
    [{ TIKTOK_REDIRECT_URI: `https://app.example.com/${'a'.repeat(512)}` }, 'TIKTOK_REDIRECT_URI must be shorter than 512'],
    [{ TIKTOK_CLIENT_KEY: 'aw-made-up-key' }, 'belong together'],
    [{ TIKTOK_CLIENT_SECRET_PREVIOUS: 'made-up' }, 'set TIKTOK_CLIENT_SECRET too'],
    [{ TIKTOK_CLIENT_SECRET_PREVIOUS: 'made up' }, 'TIKTOK_CLIENT_SECRET_PREVIOUS must be'],
    [{ SIMULATOR: 'off' }, 'SIMULATOR is off and there are no TikTok credentials'],
    [{ SIMULATOR: 'on' }, 'SIMULATOR must be auto or off'],
    [{ TIKTOK_TOKEN_ENCRYPTION_KEY: 'short' }, 'TIKTOK_TOKEN_ENCRYPTION_KEY'],
    [{ RETURN_URL_ALLOWLIST: '/done' }, 'RETURN_URL_ALLOWLIST must be absolute'],
    [{ AUTH_JWKS_URL: 'https://id.example.com/jwks' }, 'AUTH_ISSUER is not set'],
    [{ CORS_ORIGINS: 'https://app.example.com/path' }, 'CORS_ORIGINS must be origins'],
    [{ TRUST_PROXY: 'foo' }, 'TRUST_PROXY must be true, a number of hops'],
    [{ TRUST_PROXY: '10.0.0.0/99' }, 'TRUST_PROXY must be true, a number of hops'],
    [{ ROLES: 'http,mailer' }, 'ROLES must be http, worker or both'],
    [{ MEDIA_MAX_BYTES: '4294967297' }, 'MEDIA_MAX_BYTES must be a number of bytes from 1 to 4294967296'],
    [{ MEDIA_MAX_BYTES: '0' }, 'MEDIA_MAX_BYTES must be a number of bytes from 1 to 4294967296'],
    [{ MEDIA_MAX_BYTES: '4 GB' }, 'MEDIA_MAX_BYTES must be a number of bytes from 1 to 4294967296'],
    [{ MEDIA_RETENTION: '7' }, 'MEDIA_RETENTION must be a whole number and one of s, m, h, d'],
    [{ MEDIA_RETENTION: '0d' }, 'MEDIA_RETENTION must be a whole number and one of s, m, h, d'],
    [{ MEDIA_RETENTION: '4000d' }, 'MEDIA_RETENTION must be a whole number and one of s, m, h, d'],
    [{ METRICS_PORT: '3000' }, 'METRICS_PORT must differ from PORT'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of'],
    [{ DEV_ON_ALL_INTERFACES: 'yes' }, 'DEV_ON_ALL_INTERFACES must be true or false'],
    [{ EVENT_STORE_URL: 'postgres://localhost' }, 'EVENT_STORE_URL must be an EventStoreDB address'],
    [{ EVENT_STORE_URL: 'esdb://localhost:2113' }, 'EVENT_STORE_URL must carry user:password'],
    [{ EVENT_STORE_URL: 'esdb://localhost:2113?tls=maybe' }, 'EVENT_STORE_URL gives the option tls a value'],
    [{ EVENT_STORE_URL: 'esdb+discover://made:up@node1:2113,node2:2113' }, 'EVENT_STORE_URL must name one DNS name behind esdb+discover://'],
    [{ EVENT_STORE_URL: 'esdb+gossip://made:up@nodes.example:2113' }, 'EVENT_STORE_URL must be an EventStoreDB address'],
    [{ EVENT_STORE_URL: 'esdb+discover://nodes.example' }, 'EVENT_STORE_URL must carry user:password'],
    [{ EVENT_STORE_URL: 'esdb+discover://made:up@:2113' }, 'EVENT_STORE_URL must be an EventStoreDB address'],
    [{ EVENT_STORE_URL: 'esdb://made:up@localhost:2113?nodePreference=follower' }, 'EVENT_STORE_URL has an option that is not one of'],
    [{ EVENT_STORE_URL: 'esdb://made:up@localhost:2113?tlsVerifyCert=false' }, 'EVENT_STORE_URL has an option that is not one of'],
    [{ EVENT_STORE_URL: 'esdb://made:up@localhost:2113?streamPrefix=two-parts' }, 'EVENT_STORE_URL gives the option streamPrefix a value'],
    [{ EVENT_STORE_URL: 'esdb://made:%zz@localhost:2113' }, 'EVENT_STORE_URL holds a % that begins no escape'],
    [{ TIKTOK_CLIENT_SECRET_FILE: '/nowhere/secret', TIKTOK_CLIENT_KEY: 'aw-made-up-key' }, 'cannot be read'],
    [{ DATABASE_URL: 'postgres://db/app', DATABASE_URL_FILE: '/nowhere' }, 'both set'],
  ])('stops the start with a sentence: %o', (environment, sentence) => {
    expect(problemsOf(environment)).toContain(sentence);
  });
});
