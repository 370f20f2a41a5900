import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionRow, connectionColumns, recordOf } from '../../../../src/adapters/postgres/connections/connection-row.ts';
import { createConnectionsProjector } from '../../../../src/adapters/postgres/connections/connections-projector.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';
import { ourClientKey, writeConnection, type WrittenConnection } from '../../../support/projection-history.ts';
import { emptyTables, projectAll, rebuilt, tableRows } from '../../../support/projection-replay.ts';
import { createProjectionSealer } from '../../../support/projection-sealer.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const step = fc.record({
  connection: fc.nat({ max: 3 }),
  what: fc.constantFrom('connect', 'connect', 'profile', 'scopes', 'disconnect', 'disconnect'),
  user: fc.constantFrom('user_1', 'user_2', 'user_3'),
  name: fc.string({ maxLength: 5 }),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Any event at any time, also those no aggregate would decide: the fold is total. */
const take = (connection: WrittenConnection, { what, user, name }: Step): Promise<void> => {
  switch (what) {
    case 'connect':
      return connection.connect(user, { profile: { display_name: name } });
    case 'profile':
      return connection.changeProfile({ display_name: name });
    case 'scopes':
      return connection.changeScopes('user.info.basic', 'video.list');
    case 'disconnect':
      return connection.disconnect();
  }
};

test('rows hold what the one fold makes of the whole history, however it is cut into batches', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }), async (steps, batches) => {
      const eventStore = createInMemoryEventStore();
      const sealer = createProjectionSealer();
      const projector = createConnectionsProjector({ sealer, clientKey: ourClientKey });
      await emptyTables(database.pool, projector);
      const connections = Array.from({ length: 4 }, () => writeConnection(eventStore, sealer));
      for (const [index, each] of steps.entries()) {
        const connection = connections[each.connection];
        if (connection !== undefined) await take(connection, each);
        if (index % 7 === 6) await projectAll(database.pool, eventStore, projector, batches[index % batches.length] ?? 1);
      }
      await projectAll(database.pool, eventStore, projector, batches[0] ?? 1);

      const { rows } = await database.pool.query(`select ${connectionColumns.join(', ')} from tiktok_connections.connections`);
      const stored = rows.map((row) => connectionRow.parse(row));
      for (const { id, record } of connections) {
        expect(recordOf(stored.filter((row) => row.connection_id === id))).toEqual(record);
      }
      const live = await tableRows(database.pool, projector);
      await rebuilt(database.pool, eventStore, projector);
      expect(await tableRows(database.pool, projector)).toEqual(live);
    }),
    {
      numRuns: 25,
      examples: [
        [
          [
            { connection: 0, what: 'connect', user: 'user_3', name: '' },
            { connection: 0, what: 'connect', user: 'user_1', name: '' },
            { connection: 0, what: 'profile', user: 'user_1', name: '' },
          ],
          [1],
        ],
      ],
    },
  );
}, 60_000);
