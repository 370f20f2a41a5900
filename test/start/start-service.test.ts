import { pino } from 'pino';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startService, type RunningService } from '../../src/composition/start-service.ts';
import { readSettings } from '../../src/composition/settings/read-settings.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';
import { freePort } from '../support/service-process.ts';

const log = pino({ level: 'silent' });
const migrationLock = `select pg_advisory_lock(hashtextextended('tiktok_connections.migrations', 0))`;
const waitingForALock = `select count(*)::int as waiting from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`;

let database: TestDatabase;
let url: string;
let environment: Readonly<Record<string, string>>;
let running: RunningService[];

beforeEach(async () => {
  database = await createTestDatabase();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  environment = {
    DATABASE_URL: database.url,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    PORT: String(port),
    PUBLIC_URL: url,
    TIKTOK_CLIENT_KEY: 'aw-made-up',
    TIKTOK_CLIENT_SECRET: 'a-secret-of-nobody',
    TIKTOK_TOKEN_ENCRYPTION_KEY: 'made-up-key-of-32-characters-000',
  };
  running = [];
});

afterEach(async () => {
  for (const service of running) await service.stop();
  await database.drop();
});

const start = async (): Promise<RunningService> => {
  const service = (await startService(readSettings(environment)._unsafeUnwrap(), log))._unsafeUnwrap();
  running.push(service);
  return service;
};

const countedBy = async (client: pg.Client, text: string): Promise<unknown> => {
  const { rows }: { rows: readonly unknown[] } = await client.query(text);
  return rows[0];
};

const readiness = async (): Promise<unknown> => (await fetch(`${url}/readyz`)).json();

const withClient = async (use: (client: pg.Client) => Promise<void>): Promise<void> => {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
};

describe('a start', () => {
  test('migrates an empty database before it answers', async () => {
    await start();
    expect(await readiness()).toMatchObject({ status: 'ok', parts: { database: { status: 'ok' }, migrations: { status: 'ok' }, keys: { status: 'ok' } } });
  });

  test('with nothing to migrate does not wait for whoever migrates', async () => {
    await (await start()).stop();
    await withClient(async (other) => {
      await other.query(migrationLock);
      await start();
      expect(await readiness()).toMatchObject({ status: 'ok' });
    });
  });

  test('with something to migrate waits for whoever migrates, and listens only then', async () => {
    await withClient(async (other) => {
      await other.query(migrationLock);
      const starting = start();
      await expect.poll(() => countedBy(other, waitingForALock), { interval: 10, timeout: 10_000 }).toEqual({ waiting: 1 });
      await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed');
      await other.query('select pg_advisory_unlock_all()');
      await starting;
    });
    expect(await readiness()).toMatchObject({ status: 'ok' });
  });

  test('without a database ends with a sentence and listens to nobody', async () => {
    const settings = readSettings({ ...environment, DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/nothing` })._unsafeUnwrap();
    expect((await startService(settings, log))._unsafeUnwrapErr()).toMatch(/^[A-Z].*Run `npm run cli -- doctor` to see what is amiss\.$/);
    await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed');
  });

  test('on a database whose applied migrations were altered ends with a sentence and listens to nobody', async () => {
    await (await start()).stop();
    await withClient(async (client) => {
      await client.query(`update tiktok_connections.migrations set hash = 'of another file' where number = 1`);
    });
    const refused = await startService(readSettings(environment)._unsafeUnwrap(), log);
    expect(refused._unsafeUnwrapErr()).toMatch(/^.*0001-.*Run `npm run cli -- doctor` to see what is amiss\.$/);
    await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed');
  });
});

describe('ROLES', () => {
  const status = async (path: string, method = 'GET'): Promise<string> => {
    const { status: code, headers } = await fetch(`${url}${path}`, { method });
    return `${path} ${code} ${headers.get('content-type')?.split(';')[0]}`;
  };
  const driven = async (of: string): Promise<number> => (await (await fetch(`${of}/metrics`)).text()).match(/^tiktok_connections_projection_driving\{.*\} 1$/gm)?.length ?? 0;

  test('worker answers probes and figures, and that there is nothing to everything else', async () => {
    environment = { ...environment, ROLES: 'worker' };
    await start();
    expect(await status('/livez')).toBe('/livez 200 application/json');
    expect(await status('/readyz')).toBe('/readyz 200 application/json');
    expect(await status('/metrics')).toBe('/metrics 200 text/plain');
    for (const path of ['/', '/docs', '/openapi.json', '/dashboard/account', '/api/tiktok/auth/authorize', '/api/tiktok/user/info', '/v1/connections']) {
      expect(await status(path)).toBe(`${path} 404 application/problem+json`);
    }
    for (const path of ['/webhooks/tiktok', '/api/tiktok/unbind', '/v1/media', '/v1/publications']) {
      expect(await status(path, 'POST')).toBe(`${path} 404 application/problem+json`);
    }
  });

  test('http answers requests and leaves the read models to a worker that starts after it', async () => {
    environment = { ...environment, ROLES: 'http' };
    await start();
    const front = url;
    expect(await status('/api/tiktok/user/info')).toBe('/api/tiktok/user/info 200 application/json');
    const port = await freePort();
    environment = { ...environment, ROLES: 'worker', PORT: String(port) };
    await start();
    await expect.poll(() => driven(`http://127.0.0.1:${port}`), { interval: 20, timeout: 10_000 }).toBe(3);
    expect(await driven(front)).toBe(0);
  });
});

test('what was started is stopped: no connection to the database is left', async () => {
  const service = await start();
  await readiness();
  await service.stop();
  await withClient(async (client) => {
    const others = `select count(*)::int as others from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    await expect.poll(() => countedBy(client, others), { interval: 10, timeout: 5_000 }).toEqual({ others: 0 });
  });
});
