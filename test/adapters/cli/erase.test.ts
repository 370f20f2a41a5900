import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createDataKeyRecords } from '../../../src/adapters/postgres/postgres-data-key-records.ts';
import { createKeyFences } from '../../../src/adapters/postgres/postgres-key-fences.ts';
import { createPersonalRecords } from '../../../src/adapters/postgres/postgres-personal-records.ts';
import { destroyKeysOfEndedLife } from '../../../src/application/keys/destroy-keys.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { instant } from '../../../src/domain/values/instant.ts';
import { opening, run } from './command-line.ts';
import { openInstallation, type Installation } from './installation.ts';

let installation: Installation;
let folder: string;
beforeAll(async () => {
  installation = await openInstallation();
  folder = await mkdtemp(join(tmpdir(), 'erasures-'));
});
afterAll(async () => {
  await installation.close();
  await rm(folder, { recursive: true });
});

const fenceLine = z.object({ connection_id: z.string(), life: z.number(), purpose: z.string(), because: z.string() });

const cli = (...argv: readonly string[]) => run(opening(installation.toolbox), ...argv);

/** What the service's worker does behind an erasure. */
const destroyKeys = async (connectionId: ConnectionId, life: number): Promise<void> => {
  const { pool, toolbox } = installation;
  const handler = destroyKeysOfEndedLife({ ...toolbox, dataKeys: createDataKeyRecords(pool), personalRecords: createPersonalRecords(pool) });
  const work = { kind: 'destroy_keys', subject: `${connectionId}:${life}`, connectionId, life, revision: 1, dueAt: instant(0), attempts: 1 } as const;
  expect(await handler(work, new AbortController().signal)).toEqual({ kind: 'Done' });
};

const historyOf = async (id: string): Promise<readonly string[]> => {
  const { rows } = await installation.pool.query('select type from tiktok_connections.events where stream = $1 order by revision', [`tiktok_connection-${id}`]);
  return z.array(z.object({ type: z.string() })).parse(rows).map(({ type }) => type);
};

const keysOf = async (id: string): Promise<number> =>
  (await installation.pool.query('select 1 from tiktok_connections.data_keys where connection_id = $1', [id])).rows.length;

describe('erase', () => {
  test('says what it would do, does it, and says the same when it is asked again', async () => {
    const id = await installation.connect('of-one');
    expect((await cli('erase', id, '--dry-run', '--json')).document()).toEqual({
      user_id: null,
      would_erase: [{ connection_id: id, lives: [1], disconnects: true }],
      dry_run: true,
    });
    expect(await historyOf(id)).toEqual(['Connected']);
    expect((await cli('erase', id)).out).toEqual([`Erased ${id}.`]);
    expect(await historyOf(id)).toEqual(['Connected', 'Disconnected', 'PersonalDataErased']);
    expect((await cli('erase', id.toUpperCase(), '--json')).document()).toEqual({ user_id: null, erased: [id] });
    expect(await historyOf(id)).toHaveLength(3);
    expect((await cli('erase', id, '--dry-run')).out).toEqual([`${id}: everything is erased already.`]);
    expect((await cli('history', id)).out.join('\n')).toContain('[erased]');
  });

  test('takes a user with every account of theirs', async () => {
    const user = `user-${randomUUID()}`;
    const ids = [await installation.connect(`a-${user}`, user), await installation.connect(`b-${user}`, user)].sort();
    const would = await cli('erase', '--user', user, '--dry-run', '--json');
    expect(would.document()).toEqual({ user_id: user, would_erase: ids.map((id) => ({ connection_id: id, lives: [1], disconnects: true })), dry_run: true });
    expect((await cli('erase', '--user', user, '--json')).document()).toEqual({ user_id: user, erased: ids });
    expect(await cli('erase', '--user', 'nobody')).toMatchObject({ exitCode: 0, out: [], err: ['nobody never connected an account.'] });
  });

  test('refuses what it does not know, and neither or both ways to name somebody', async () => {
    expect(await cli('erase', '6f0e0000-0000-5000-8000-000000000009')).toMatchObject({ exitCode: 2 });
    expect(await cli('erase')).toMatchObject({ exitCode: 2 });
    expect(await cli('erase', '6f0e0000-0000-5000-8000-000000000009', '--user', 'x')).toMatchObject({ exitCode: 2 });
  });

  test('stands in the security log', async () => {
    const id = await installation.connect('logged');
    await cli('erase', id);
    await destroyKeys(id, 1);
    const { rows } = await installation.pool.query('select kind, principal, detail from tiktok_connections.security_log where connection_id = $1 order by id', [id]);
    expect(rows).toEqual([
      { kind: 'erasure_requested', principal: 'cli', detail: { user_id: null } },
      { kind: 'keys_destroyed', principal: 'system:destroy_keys', detail: { life: 1, purposes: ['tokens', 'profile', 'content'] } },
    ]);
  });
});

describe('erasures', () => {
  test('put back into a restored database what was erased and disconnected since, keys and history', async () => {
    const [erased, ended, untouched] = [await installation.connect('erased'), await installation.connect('ended'), await installation.connect('untouched')];
    await installation.project();
    const restore = await installation.remember();
    const { rows: keys } = await installation.pool.query('select * from tiktok_connections.data_keys');
    await cli('erase', erased);
    await destroyKeys(erased, 1);
    await installation.disconnect(ended);
    await destroyKeys(ended, 1);
    const exported = await cli('erasures', 'export');
    const fences = exported.out.map((line) => fenceLine.parse(JSON.parse(line)));
    expect(fences).toEqual(z.object({ data: z.array(fenceLine) }).parse((await cli('erasures', 'export', '--json')).document()).data);
    expect(fences).toContainEqual({ connection_id: ended, life: 1, purpose: 'tokens', because: 'disconnected' });
    const file = join(folder, 'erasures.ndjson');
    await writeFile(file, exported.out.join('\n'));

    await restore();
    await installation.tamper('delete from tiktok_connections.data_key_fences');
    await installation.tamper('delete from tiktok_connections.data_keys');
    await installation.tamper('insert into tiktok_connections.data_keys select * from json_populate_recordset(null::tiktok_connections.data_keys, $1::json)', JSON.stringify(keys));
    expect([await historyOf(erased), await keysOf(erased), await keysOf(ended)]).toEqual([['Connected'], 2, 2]);

    const total = fences.length;
    expect((await cli('erasures', 'reapply', file, '--dry-run', '--json')).document()).toEqual({ fences: total, would_reapply: total, dry_run: true });
    expect((await cli('erasures', 'reapply', file, '--json')).document()).toEqual({ fences: total, reapplied: total });
    expect((await cli('erasures', 'reapply', file)).out).toEqual([`Put back 0 fences of ${total}.`]);
    expect([await keysOf(erased), await keysOf(ended), await keysOf(untouched)]).toEqual([0, 1, 2]);
    expect(await historyOf(erased)).toEqual(['Connected', 'Disconnected', 'PersonalDataErased']);
    expect(await historyOf(ended)).toEqual(['Connected', 'Disconnected']);
    await installation.project();
    expect(await cli('verify')).toMatchObject({ exitCode: 0 });
    const { rows } = await installation.pool.query('select id from user_tiktok_connections where id = any($1)', [[erased, ended, untouched]]);
    expect(rows).toEqual([{ id: untouched }]);
  });

  test('destroy at the start what stands behind a fence of an older database', async () => {
    const id = await installation.connect('behind-a-fence');
    const tamper = `insert into tiktok_connections.data_key_fences (connection_id, life, purpose, because) values ($1, 1, 'profile', 'erased')`;
    await installation.tamper(tamper, id);
    const fences = createKeyFences(installation.pool);
    expect((await fences.enforce())._unsafeUnwrap()).toBe(1);
    expect((await fences.enforce())._unsafeUnwrap()).toBe(0);
    expect(await keysOf(id)).toBe(1);
  });

  test('refuse a list with a line that is no fence, and do nothing of it', async () => {
    const id = await installation.connect('not-to-be-erased');
    const file = join(folder, 'cut.ndjson');
    await writeFile(file, `${JSON.stringify({ connection_id: id, life: 1, purpose: 'tokens', because: 'erased' })}\n{"connection_id":"${id}","li`);
    const refused = await cli('erasures', 'reapply', file);
    expect(refused.exitCode).toBe(2);
    expect(refused.err.join(' ')).toContain('Line 2 of');
    expect(await historyOf(id)).toEqual(['Connected']);
    expect((await cli('erasures', 'reapply', join(folder, 'nowhere'))).exitCode).toBe(2);
  });
});
