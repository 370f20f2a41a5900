import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConnectionsProjector } from '../../../../src/adapters/postgres/connections/connections-projector.ts';
import { createPool } from '../../../../src/adapters/postgres/pool.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { ourClientKey, writeConnection } from '../../../support/projection-history.ts';
import { projectAll } from '../../../support/projection-replay.ts';
import { createProjectionSealer } from '../../../support/projection-sealer.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const othersRows = 20_000;

// Of another app, so that they have no row for SQL readers; the second statement gives them some all the same.
const fill = `
  insert into tiktok_connections.connections (connection_id, user_id, current_owner, life, status, client_key, sealed_profile, scopes,
    connected_at, first_connected_at, connection_first_connected_at, updated_at, revision, profile_state)
  select gen_random_uuid(), 'user', true, 1, 'active', 'key', 'sealed', '{}', now(), now(), now(), now(), 1, 'erased' from generate_series(1, ${othersRows});
  insert into user_tiktok_connections (id, user_id, tiktok_open_id, display_name, access_token, refresh_token, token_expires_at, scope)
  select gen_random_uuid(), 'user', 'open ' || n, 'name', 'sealed', 'sealed', now(), '' from generate_series(1, ${othersRows}) n`;

test('a batch reads the rows it is about, also on a connection that made its plans while the tables were empty', async () => {
  const eventStore = createInMemoryEventStore();
  const sealer = createProjectionSealer();
  const projector = createConnectionsProjector({ sealer, clientKey: ourClientKey });
  const pool = createPool({ url: database.url, max: 1 });
  const connection = writeConnection(eventStore, sealer);
  for (let turn = 0; turn < 12; turn += 1) {
    await connection.connect();
    await connection.disconnect();
    await projectAll(pool, eventStore, projector, 1);
  }
  await pool.query(fill);
  for (let turn = 0; turn < 5; turn += 1) {
    await connection.connect();
    await connection.disconnect();
    await projectAll(pool, eventStore, projector, 1);
  }
  // A session reports what it read at the latest when it ends.
  await pool.end();
  const { rows } = await database.pool.query<{ read: string }>(
    `select coalesce(sum(seq_tup_read), 0) as read from pg_stat_user_tables where relname in ('connections', 'user_tiktok_connections')`,
  );
  expect(Number(rows[0]?.read)).toBeLessThan(othersRows);
});
