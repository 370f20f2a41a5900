import { createServer, type Server } from 'node:http';
import { ok } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Examination } from '../../../src/adapters/cli/cli-deps.ts';
import { reachAddress } from '../../../src/adapters/cli/reach-address.ts';
import { createSealer } from '../../../src/adapters/crypto/aes-gcm-sealer.ts';
import { keyringOf } from '../../../src/adapters/crypto/keyring.ts';
import { createPostgresEventStore } from '../../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { pendingMigrations } from '../../../src/adapters/postgres/migrate.ts';
import { createDataKeyRecords } from '../../../src/adapters/postgres/postgres-data-key-records.ts';
import { createDatabaseDiagnosis, sharesSessions, type ObservedConnection } from '../../../src/adapters/postgres/postgres-diagnosis.ts';
import { createProjectionOperations } from '../../../src/adapters/postgres/postgres-projection-operations.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { absentPool } from '../../support/projection-database.ts';
import { run } from './command-line.ts';
import { containing, including, matching } from './expected.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;

const redirectUri = 'http://localhost:3000/api/tiktok/auth/callback';

const healthy = ({ pool, eventStore, toolbox, keyring }: Installation): Examination => ({
  settings: {
    problems: [],
    redirectUri,
    publicUrl: 'http://localhost:3000',
    provider: { simulated: true, urls: ['http://localhost:3010'] },
    credentials: () => Promise.resolve(ok(undefined)),
    identity: { url: 'https://id.example/keys', keySet: () => Promise.resolve(ok({ keys: 2, usable: 2 })) },
  },
  database: {
    shown: { embedded: true, address: 'postgres://postgres:made-up@127.0.0.1:5432/tiktok_connections' },
    examined: {
      diagnosis: createDatabaseDiagnosis(pool),
      migrations: { pending: () => pendingMigrations(pool) },
      eventStore: { ...eventStore, missingRights: null },
      operations: toolbox.operations,
      sealer: toolbox.sealer,
      knowsKey: (id) => keyring.find(id) !== undefined,
    },
  },
  databaseProblem: null,
  clock: systemClock,
  reach: () => Promise.resolve(ok(1)),
  close: () => Promise.resolve(),
});

const doctor = (examination: Examination, ...argv: readonly string[]) =>
  run({ examine: () => Promise.resolve(examination) }, 'doctor', ...argv);

const examined = (examination: Examination) => {
  if (examination.database === null) throw new Error('no database');
  return examination.database.examined;
};

beforeAll(async () => {
  installation = await openInstallation();
  await installation.connect('open-1');
  await installation.project();
});
afterAll(() => installation.close());

describe('doctor', () => {
  test('finds a sound installation sound, and shows where the embedded database is', async () => {
    const ran = await doctor(healthy(installation), '--json');
    expect([ran.exitCode, ran.err]).toEqual([0, []]);
    const names = ['settings', 'redirect_uri', 'cookies', 'database', 'migrations', 'pooler', 'clock', 'rights', 'cluster', 'transactions', 'keys', 'projections', 'parked_streams', 'connects', 'tokens', 'tiktok', 'credentials', 'identity_provider'];
    expect(ran.document()).toEqual({
      status: 'ok',
      checks: names.map((name) => ({ name, status: 'ok', detail: matching(/\.$/), remedy: null })),
      database: { embedded: true, address: 'postgres://postgres:made-up@127.0.0.1:5432/tiktok_connections' },
    });
    expect((await doctor(healthy(installation))).out).toContain('ok    migrations: The schema is that of this version.');
  });

  test('closes what it was given', async () => {
    let closed = false;
    await doctor({ ...healthy(installation), close: async () => void (closed = true) });
    expect(closed).toBe(true);
  });

  test('reports settings that are wrong without touching a database', async () => {
    const problems = ['PORT must be a port number from 1 to 65535.', 'TIKTOK_REDIRECT_URI must be shorter than 512 characters.'];
    const { exitCode, out } = await doctor({ ...healthy(installation), settings: { problems, redirectUri: null, publicUrl: null, provider: null, credentials: null, identity: null }, database: null });
    expect(exitCode).toBe(1);
    expect(out).toEqual([
      `FAIL  settings: ${problems[0]}`,
      matching(/^ {6}Mend them/),
      `FAIL  redirect_uri: ${problems[1]}`,
      matching(/^ {6}Set it to exactly/),
    ]);
  });

  test('answers 3 when the database could not be opened or does not answer', async () => {
    const sentence = 'The data directory is in use by another process.';
    const unopened = await doctor({ ...healthy(installation), database: null, databaseProblem: sentence });
    expect([unopened.exitCode, unopened.out]).toEqual([3, expect.arrayContaining([`FAIL  database: ${sentence}`])]);

    const nowhere = absentPool();
    const sound = healthy(installation);
    const silent = { ...examined(sound), diagnosis: createDatabaseDiagnosis(nowhere) };
    const ran = await doctor({ ...sound, database: { shown: { embedded: false, address: null }, examined: silent } }, '--json');
    await nowhere.end();
    expect([ran.exitCode, ran.document()]).toEqual([3, including({ status: 'fail', database: { embedded: false, address: null } })]);
    expect(JSON.stringify(ran.document())).toContain('PostgreSQL does not answer (ECONNREFUSED)');
  });

  test('leaves out what cannot be judged before the database is migrated', async () => {
    const empty = await openInstallation({ migrated: false });
    const ran = await doctor(healthy(empty), '--json');
    await empty.close();
    const text = JSON.stringify(ran.document());
    expect([ran.exitCode, text]).toEqual([1, containing('The database lacks 0001-event-store.sql')]);
    expect(text).not.toContain('parked_streams');
  });

  test('notices a key ring that does not open what is stored', async () => {
    const sound = healthy(installation);
    const others = keyringOf([null, Buffer.alloc(32, 2)]);
    const sealer = createSealer({ keyring: others, records: createDataKeyRecords(installation.pool) });
    const changed = { ...examined(sound), sealer, knowsKey: (id: string) => others.find(id) !== undefined };
    const { exitCode, out } = await doctor({ ...sound, database: { shown: { embedded: false, address: null }, examined: changed } });
    expect([exitCode, out.join('\n')]).toEqual([1, matching(/FAIL {2}keys: The key kek-[0-9a-f]{16}, which wraps 2 data keys, is not in the key ring/)]);
    const sameName = { ...changed, knowsKey: () => true };
    const again = await doctor({ ...sound, database: { shown: { embedded: false, address: null }, examined: sameName } });
    expect(again.exitCode).toBe(1);
  });

  test('notices projections that nobody drives, and streams that are parked', async () => {
    const behind = await openInstallation();
    await behind.connect('open-1');
    await behind.tamper(`update tiktok_connections.events set recorded_at = recorded_at - interval '1 minute'`);
    const { exitCode, out } = await doctor(healthy(behind));
    await behind.close();
    expect([exitCode, out.join('\n')]).toEqual([0, matching(/WARN {2}projections: connections has 1 event to read, the oldest 6\d s old/)]);
  });

  test('notices a database that was restored into another cluster', async () => {
    const restored = await openInstallation();
    await restored.tamper(`update tiktok_connections.event_cluster set system_identifier = '1'`);
    const { pool, url, projectors } = restored;
    const eventStore = createPostgresEventStore({ pool, url });
    const examination = healthy(restored);
    const elsewhere = { ...examined(examination), eventStore: { ...eventStore, missingRights: null }, operations: createProjectionOperations(pool, eventStore, projectors) };
    const { exitCode, out } = await doctor({ ...examination, database: { shown: { embedded: false, address: null }, examined: elsewhere } });
    await eventStore.close();
    await restored.close();
    expect([exitCode, out.join('\n')]).toEqual([1, matching(/FAIL {2}cluster: .*\n.*migrate --adopt-cluster/)]);
  });
});

describe('telling whether connections share sessions', () => {
  const never = new Promise<never>(() => {});
  /** Lends the session that was given back last, as poolers do; a transaction keeps its own until it ends. */
  const pooler = (sessions: number) => {
    const free = Array.from({ length: sessions }, (_, index) => index);
    const connection = (): ObservedConnection => {
      let held: number | undefined;
      return {
        sessionId: async () => held ?? free.at(-1) ?? never,
        begin: async () => void (held = free.pop()),
        rollback: async () => void (held === undefined || free.push(held)),
      };
    };
    return [connection(), connection()] as const;
  };
  const direct = (id: number): ObservedConnection => ({ sessionId: async () => id, begin: async () => {}, rollback: async () => {} });

  test.each([1, 2, 20])('they do behind a pooler in transaction mode with %i sessions', async (sessions) => {
    expect(await sharesSessions(...pooler(sessions))).toBe(true);
  });

  test('they do not when each has its own', async () => {
    expect(await sharesSessions(direct(1), direct(2))).toBe(false);
  });
});

describe('reaching an address', () => {
  const listen = (server: Server): Promise<string> =>
    new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`);
      });
    });

  test('counts any answer, also a refusal', async () => {
    const server = createServer((_, response) => response.writeHead(500).end());
    const url = await listen(server);
    expect((await reachAddress(url)).isOk()).toBe(true);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    expect((await reachAddress(url))._unsafeUnwrapErr()).toBe('ECONNREFUSED');
  });

  test('names the reason when a certificate or name is not right', async () => {
    expect((await reachAddress('http://nowhere.invalid/')).isErr()).toBe(true);
  });
});
