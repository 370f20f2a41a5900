import { createSealer } from '../../src/adapters/crypto/aes-gcm-sealer.ts';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { eventColumns } from '../../src/adapters/event-store/postgres/rows.ts';
import { createDataKeyRecords } from '../../src/adapters/postgres/postgres-data-key-records.ts';
import { createSecurityLog } from '../../src/adapters/postgres/postgres-security-log.ts';
import { stateAt } from '../../src/application/auditing/state-at.ts';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { compare, type Contestant } from '../harness/comparison.ts';
import { ratioFinding, type Bench, type Finding } from '../harness/finding.ts';
import { benchKeyring } from '../histories/bench-keys.ts';
import { longHistory } from '../snapshots/long-history.ts';

const events = 1_000;

const readRows = { name: 'bench_rows', text: `select ${eventColumns} from tiktok_connections.events e where e.stream = $1 order by e.revision` };

/** Milliseconds of one, over so many one after the other. */
const each = (name: string, times: number, once: () => Promise<void>): Contestant => ({
  name,
  round: async () => {
    const begun = performance.now();
    for (let done = 0; done < times; done += 1) await once();
    return (performance.now() - begun) / times;
  },
});

/** The state after the last of a thousand events, with its entry in the security log written; against reading the rows alone. */
export const stateSpeed = async ({ serverUrl, quick }: Bench): Promise<readonly Finding[]> => {
  await using database = await createBenchDatabase(serverUrl);
  const { pool, url } = database;
  const eventStore = createPostgresEventStore({ pool, url });
  try {
    const history = longHistory(eventStore);
    await history.growTo(events);
    const stream = connectionStream(history.id);
    const sealer = createSealer({ keyring: benchKeyring(), records: createDataKeyRecords(pool) });
    const ports = { eventStore, sealer, securityLog: createSecurityLog(pool) };
    const query = { connectionId: history.id, moment: { revision: events }, viewer: { kind: 'service' } } as const;
    const times = quick ? 20 : 100;
    const comparison = await compare({
      unit: 'ms',
      rounds: quick ? 5 : 15,
      ours: each('state', times, async () => {
        const state = await stateAt(ports, query, 'bench');
        if (state.isErr() || state.value.revision !== events) throw new Error('not the state after the last event');
      }),
      baselines: [
        each('its rows', times, async () => {
          const { rowCount } = await pool.query({ ...readRows, values: [stream] });
          if (rowCount !== events) throw new Error('not all rows were read');
        }),
      ],
    });
    return comparison.ratios.map((ratio) => ratioFinding(`state after ${events} events`, comparison, ratio, { atMost: 2 }));
  } finally {
    await eventStore.close();
  }
};
