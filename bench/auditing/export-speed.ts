import type pg from 'pg';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { eventColumns } from '../../src/adapters/event-store/postgres/rows.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { createSecurityLog } from '../../src/adapters/postgres/postgres-security-log.ts';
import { exportEvents } from '../../src/application/auditing/export-events.ts';
import { compare, type Contestant } from '../harness/comparison.ts';
import { ratioFinding, type Bench, type Finding } from '../harness/finding.ts';

const pageSize = 1_000;

/** What `npm run cli -- export` prints, thrown away line by line. */
const exportAll = async (pool: pg.Pool, url: string, out: (text: string) => void): Promise<number> => {
  const eventStore = createPostgresEventStore({ pool, url });
  let count = 0;
  const request = { connectionId: null, after: null, signal: new AbortController().signal };
  for await (const batch of exportEvents({ eventStore, securityLog: createSecurityLog(pool) }, request, 'bench')) {
    if (batch.isErr()) throw new Error(batch.error.kind);
    out(batch.value.map((entry) => JSON.stringify(entry)).join('\n'));
    count += batch.value.length;
  }
  await eventStore.close();
  return count;
};

/** A cursor over all rows in the order of the feed, nothing decoded. */
const readByCursor = async (pool: pg.Pool, take: (rows: readonly object[]) => void): Promise<number> => {
  const client = await pool.connect();
  let count = 0;
  try {
    await client.query(`begin; declare everything cursor for select ${eventColumns} from tiktok_connections.events e order by e.xid, e.position`);
    for (;;) {
      const { rows } = await client.query<object>(`fetch ${pageSize} from everything`);
      take(rows);
      count += rows.length;
      if (rows.length < pageSize) break;
    }
    await client.query('commit');
    return count;
  } finally {
    client.release();
  }
};

const contestant = (name: string, events: number, readAll: () => Promise<number>): Contestant => ({
  name,
  round: async () => {
    const begun = performance.now();
    const count = await readAll();
    if (count !== events) throw new Error(`${name} gave ${count} of ${events} events`);
    return events / ((performance.now() - begun) / 1_000);
  },
});

/** NDJSON of the whole feed: decoded, checked, and shown without what is sealed. */
export const exportSpeed = async ({ histories, quick }: Bench): Promise<readonly Finding[]> => {
  const events = quick ? 20_000 : 50_000;
  await using database = await histories.open(events);
  const pool = createPool({ url: database.url });
  let bytes = 0;
  const weigh = (text: string): void => void (bytes += Buffer.byteLength(text));
  try {
    const comparison = await compare({
      unit: 'events/s',
      rounds: quick ? 5 : 9,
      ours: contestant('export', events, () => exportAll(pool, database.url, weigh)),
      baselines: [
        contestant('cursor', events, () => readByCursor(pool, () => undefined)),
        contestant('cursor, every row a line of JSON', events, () => readByCursor(pool, (rows) => weigh(rows.map((row) => JSON.stringify(row)).join('\n')))),
      ],
    });
    if (bytes === 0) throw new Error('nothing was exported');
    return comparison.ratios.map((ratio, index) => ratioFinding('NDJSON export', comparison, ratio, index === 0 ? { atLeast: 0.6 } : null));
  } finally {
    await pool.end();
  }
};
