import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rebuild } from '../../../../src/adapters/postgres/projector/rebuild.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { countingTables, createCounting } from '../../../support/projection-counting.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { writeConnection } from '../../../support/projection-history.ts';
import { emptyTables, projectAll, rebuilt } from '../../../support/projection-replay.ts';
import { createProjectionSealer } from '../../../support/projection-sealer.ts';

let database: MigratedDatabase;
let eventStore: EventStore;

beforeAll(async () => {
  database = await createMigratedDatabase();
  await database.pool.query(countingTables);
});
beforeEach(async () => {
  eventStore = createInMemoryEventStore();
  await emptyTables(database.pool, createCounting());
  await writeConnection(eventStore, createProjectionSealer()).connect();
  await projectAll(database.pool, eventStore, createCounting());
});
afterAll(() => database.drop());

const ask = async (text: string) => (await database.pool.query<Record<string, unknown>>(text)).rows;
const rebuildCounting = () => rebuild({ pool: database.pool, eventStore, projector: createCounting(), signal: new AbortController().signal });

describe('what an operator has added to a table', () => {
  test('as an index is on the rebuilt table too, under its name', async () => {
    await ask(`create index "Busy ones" on tiktok_connections.counting (events desc, stream) where events > 5`);
    await ask(`create unique index each_stream on tiktok_connections.counting (lower(stream))`);
    const indexes = () => ask(`select indexname, indexdef from pg_indexes where tablename = 'counting' order by 1`);
    const before = await indexes();
    for (const _ of [1, 2]) await rebuilt(database.pool, eventStore, createCounting());
    expect(await indexes()).toEqual(before);
    await ask('drop index tiktok_connections."Busy ones", tiktok_connections.each_stream');
  });

  test('as a view goes along, with its options', async () => {
    await ask('create view public.busiest with (security_barrier) as select stream, events from tiktok_connections.counting where events > 0');
    await rebuilt(database.pool, eventStore, createCounting());
    expect(await ask('select events from public.busiest')).toEqual([{ events: 1 }]);
    await ask('update tiktok_connections.counting set events = 7');
    expect(await ask('select events from public.busiest')).toEqual([{ events: 7 }]);
    expect(await ask(`select reloptions from pg_class where relname = 'busiest'`)).toEqual([{ reloptions: ['security_barrier=true'] }]);
    await ask('drop view public.busiest');
  });

  test('as row-level security stays on it, policies and all', async () => {
    const table = 'tiktok_connections.counting';
    await ask('create role only_busy_ones');
    await ask(`alter table ${table} enable row level security`);
    await ask(`create policy "Busy ones" on ${table} for select to only_busy_ones using (events > 5)`);
    await ask(`create policy nobody_else on ${table} as restrictive to public using (events > 5) with check (false)`);
    const policies = () => ask(`select policyname, permissive, roles, cmd, qual, with_check from pg_policies where tablename = 'counting' order by 1`);
    const before = await policies();
    await rebuilt(database.pool, eventStore, createCounting());
    expect(await policies()).toEqual(before);
    expect(await ask(`select relrowsecurity from pg_class where oid = '${table}'::regclass`)).toEqual([{ relrowsecurity: true }]);
    await ask(`drop policy "Busy ones" on ${table}; drop policy nobody_else on ${table}; alter table ${table} disable row level security; drop role only_busy_ones`);
  });

  test.each([
    ['a materialized view', 'create materialized view public.frozen as select * from tiktok_connections.counting', 'drop materialized view public.frozen', /2BP01.*materialized view/],
    [
      'a trigger',
      'create trigger keep before update on tiktok_connections.counting for each row execute function suppress_redundant_updates_trigger()',
      'drop trigger keep on tiktok_connections.counting',
      /counting would lose the trigger keep; drop it first/,
    ],
    [
      'a constraint',
      'alter table tiktok_connections.counting add constraint positive check (events > 0)',
      'alter table tiktok_connections.counting drop constraint positive',
      /would lose the constraint positive/,
    ],
    ['a publication', 'create publication elsewhere for table tiktok_connections.counting', 'drop publication elsewhere', /would lose the publication elsewhere/],
  ])('as %s is not lost: the rebuild is refused with the reason, and readers keep the old rows', async (_, add, drop, reason) => {
    await ask(add);
    const refused = (await rebuildCounting())._unsafeUnwrapErr();
    expect(refused.kind === 'SwapRefused' && refused.reason).toMatch(reason);
    expect(await ask('select events from tiktok_connections.counting')).toEqual([{ events: 1 }]);
    await ask(drop);
    (await rebuildCounting())._unsafeUnwrap();
  });
});
