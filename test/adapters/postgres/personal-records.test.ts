import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createDataKeyRecords } from '../../../src/adapters/postgres/postgres-data-key-records.ts';
import { createPersonalRecords } from '../../../src/adapters/postgres/postgres-personal-records.ts';
import { userId, type ConnectionId } from '../../../src/domain/values/ids.ts';
import { openInstallation, type Installation } from '../cli/installation.ts';

let installation: Installation;
beforeAll(async () => {
  installation = await openInstallation();
});
afterAll(() => installation.close());

const copies = { live: 'tiktok_connections.connections', next: 'tiktok_connections.connections__next' } as const;
const shownTo = { live: 'public.user_tiktok_connections', next: 'tiktok_connections.user_tiktok_connections__next' } as const;

/** A rebuild that nobody ends, with the rows that readers see now. */
const leaveRebuildLying = async (): Promise<void> => {
  for (const tables of [copies, shownTo]) {
    await installation.pool.query(`drop table if exists ${tables.next}`);
    await installation.pool.query(`create table ${tables.next} as table ${tables.live}`);
  }
};

const row = z.object({ connection_id: z.string(), display_name: z.string().nullable(), open_id: z.string().nullable(), profile_state: z.string() });
const rowsIn = async (table: string, id: ConnectionId) => {
  const { rows } = await installation.pool.query(`select connection_id, display_name, open_id, profile_state from ${table} where connection_id = $1 order by life`, [id]);
  return z.array(row).parse(rows);
};
const shown = async (table: string): Promise<readonly unknown[]> => {
  const { rows }: { rows: readonly unknown[] } = await installation.pool.query(`select id from ${table} order by id`);
  return rows;
};

const erasedRow = { display_name: null, open_id: null, profile_state: 'erased' };
const ada = userId('ada');

test('a life is forgotten in what readers see and in a rebuild left lying, and no other one is', async () => {
  const records = createPersonalRecords(installation.pool);
  const [id, other] = [await installation.connect('of-ada', 'ada'), await installation.connect('of-bob', 'bob')];
  await installation.project();
  await leaveRebuildLying();
  (await records.forgetLife(id, { life: 1, userId: ada, erased: true }))._unsafeUnwrap();
  for (const copy of ['live', 'next'] as const) {
    expect(await rowsIn(copies[copy], id)).toEqual([{ connection_id: id, ...erasedRow }]);
    expect(await rowsIn(copies[copy], other)).toMatchObject([{ display_name: 'Name of of-bob', profile_state: 'open' }]);
    expect(await shown(shownTo[copy])).toEqual([{ id: other }]);
  }
  (await records.forgetLife(id, { life: 1, userId: ada, erased: true }))._unsafeUnwrap();
});

test('a later life of the same person, and of another, stays as it is', async () => {
  const records = createPersonalRecords(installation.pool);
  const id = await installation.connect('handed-over', 'ada');
  await installation.disconnect(id);
  await installation.connect('handed-over', 'bob');
  await installation.project();
  (await records.forgetLife(id, { life: 1, userId: ada, erased: true }))._unsafeUnwrap();
  (await records.forgetLife(id, { life: 1, userId: userId('bob'), erased: true }))._unsafeUnwrap();
  expect(await rowsIn(copies.live, id)).toMatchObject([erasedRow, { display_name: 'Name of handed-over', profile_state: 'open' }]);
  expect(await shown(shownTo.live)).toContainEqual({ id });
});

test('connections of a user are those of the read model and those that it cannot follow', async () => {
  const records = createPersonalRecords(installation.pool);
  const before = (await records.connectionsOf(userId('carol')))._unsafeUnwrap();
  expect(before).toMatchObject({ ids: [] });
  expect(before.upTo).not.toBeNull();
  const id = await installation.connect('of-carol', 'carol');
  const parked = await installation.connect('parked', 'somebody');
  await installation.project();
  await installation.pool.query(
    `insert into tiktok_connections.parked_streams (projection, copy, stream, revision, event_id, event_type, reason)
      values ('connections', 'live', 'tiktok_connection-' || $1, 1, gen_random_uuid(), 'Connected', 'made up')`,
    [parked],
  );
  expect(new Set((await records.connectionsOf(userId('carol')))._unsafeUnwrap().ids)).toEqual(new Set([id, parked]));
});

test('the fences of an erased life take the bodies of webhooks about its account along, and leave those about others', async () => {
  const [id, other] = [await installation.connect('of-dora', 'dora'), await installation.connect('of-emil', 'emil')];
  const { pool } = installation;
  for (const each of [id, other]) {
    await pool.query(
      "insert into tiktok_connections.webhook_intake (digest, event, connection_id, body) values (sha256($1::text::bytea), 'made.up', $1::text::uuid, 'sealed')",
      [each],
    );
  }
  (await createDataKeyRecords(pool).fence([{ connectionId: id, life: 1, purpose: 'profile' }], 'erased'))._unsafeUnwrap();
  const { rows } = await pool.query('select connection_id, body from tiktok_connections.webhook_intake order by body nulls first');
  expect(rows).toEqual([
    { connection_id: id, body: null },
    { connection_id: other, body: 'sealed' },
  ]);
});
