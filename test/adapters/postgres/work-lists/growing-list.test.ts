import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../../../../src/adapters/postgres/pool.ts';
import { createWorkLeases } from '../../../../src/adapters/postgres/work-lists/work-leases.ts';
import { createWorkProjector } from '../../../../src/adapters/postgres/work-lists/work-projector.ts';
import { publicationWorkKinds } from '../../../../src/application/work-lists/work-kinds.ts';
import { chunk, delivered, opened, opening, published } from '../../../domain/publication/commands.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { writeConnection } from '../../../support/projection-history.ts';
import { projectAll } from '../../../support/projection-replay.ts';
import { createProjectionSealer } from '../../../support/projection-sealer.ts';
import { nothingHanded, writePublication } from '../../../support/publication-history.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const others = 5_000;

const fill = `
  insert into tiktok_connections.work_items
  select 'send_chunks', gen_random_uuid(), gen_random_uuid(), 1, 2, now(), null from generate_series(1, ${others});
  insert into tiktok_connections.work_publications select gen_random_uuid(), gen_random_uuid(), 1 from generate_series(1, ${others});
  insert into tiktok_connections.work_runs (kind, subject, revision, done_revision)
  select 'send_chunks', gen_random_uuid(), 2, 2 from generate_series(1, ${others})`;

test('what is due, in hand and done is found among all that was, also on a connection that made its plans while the list was empty', async () => {
  const eventStore = createInMemoryEventStore();
  const sealer = createProjectionSealer();
  const projector = createWorkProjector('eager');
  const pool = createPool({ url: database.url, max: 1 });
  const leases = createWorkLeases(pool);

  const publish = async (): Promise<void> => {
    const project = () => projectAll(pool, eventStore, projector);
    await writeConnection(eventStore, sealer).connect();
    const publication = writePublication(eventStore, sealer);
    await publication.accept();
    await project();
    const [begun] = await leases.take(publicationWorkKinds, 10, 60_000);
    await publication.append(opening());
    await publication.append(opened());
    const sending = begun === undefined ? null : await leases.passOn(begun, { kind: 'send_chunks', revision: 3, handed: nothingHanded }, 60_000);
    await project();
    await publication.append(chunk(11), delivered);
    const following = sending === null ? null : await leases.passOn(sending, { kind: 'poll_publication', revision: 5, handed: nothingHanded }, 60_000);
    await publication.append(published());
    if (following === null) throw new Error('it was leased to nobody');
    await leases.done(following, 6);
    await project();
  };

  for (let turn = 0; turn < 12; turn += 1) await publish();
  await pool.query(fill);
  for (let turn = 0; turn < 5; turn += 1) await publish();
  // A session reports what it read at the latest when it ends.
  await pool.end();
  const { rows } = await database.pool.query<{ read: string }>(
    `select coalesce(sum(seq_tup_read), 0) as read from pg_stat_user_tables where relname in ('work_items', 'work_publications', 'work_runs')`,
  );
  expect(Number(rows[0]?.read)).toBeLessThan(others);
});
