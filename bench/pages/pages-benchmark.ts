import type pg from 'pg';
import { z } from 'zod';
import { cursorOf } from '../../src/adapters/postgres/page-cursor.ts';
import { instant } from '../../src/domain/values/instant.ts';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { compare } from '../harness/comparison.ts';
import { ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { putLoadOn } from '../service/http-load.ts';
import { makeApiKey, startOurService } from '../service/our-service.ts';
import { fillConnections } from './fill-connections.ts';

const places = z.array(z.object({ connection_id: z.string(), first: z.date(), user_id: z.string() }));

/** Pages of fifty, of every kind that callers ask for, from places all over the list. */
const pathsOf = async (pool: pg.Pool): Promise<ReadonlyMap<string, readonly string[]>> => {
  const { rows } = await pool.query(`
    select connection_id, connection_first_connected_at as first, user_id from tiktok_connections.connections
    where current_owner order by md5(connection_id::text) limit 200`);
  const found = places.parse(rows);
  const cursors = found.map(({ connection_id: id, first }) => cursorOf({ at: instant(first.getTime()), id }));
  return new Map([
    ['first page', ['/v1/connections']],
    ['pages anywhere', cursors.map((cursor) => `/v1/connections?cursor=${cursor}`)],
    ['active ones anywhere', cursors.map((cursor) => `/v1/connections?status=active&cursor=${cursor}`)],
    ["a user's", found.map(({ user_id: user }) => `/v1/connections?user_id=${user}`)],
  ]);
};

const openSize = async ({ serverUrl, say }: Bench, rows: number) => {
  await using resources = new AsyncDisposableStack();
  say(`  filling ${rows} rows`);
  const database = resources.use(await createBenchDatabase(serverUrl));
  await fillConnections(database, rows);
  const authorization = `Bearer ${await makeApiKey(database.url)}`;
  const service = resources.use(await startOurService(database.url));
  const paths = await pathsOf(database.pool);
  const kept = resources.move();
  const p50 = async (kind: string, requests: number): Promise<number> => {
    const load = { url: service.url, paths: paths.get(kind) ?? [], authorization, connections: 1, millis: 60_000, requests };
    return (await putLoadOn(load)).p50;
  };
  return { kinds: [...paths.keys()], p50, [Symbol.asyncDispose]: () => kept.disposeAsync() };
};

/** A page of a small list answers so many times slower from a large one, at most. */
const growth = 1.8;

export const pagesBenchmark: Benchmark = {
  name: 'pages',
  title: 'pages of /v1/connections from a thousand rows to a million',
  run: async (bench) => {
    const [few, many, requests, rounds] = bench.quick ? [1_000, 50_000, 100, 3] : [1_000, 1_000_000, 400, 9];
    await using small = await openSize(bench, few);
    await using large = await openSize(bench, many);
    const findings: Finding[] = [];
    for (const kind of small.kinds) {
      const comparison = await compare({
        unit: 'ms, p50',
        rounds,
        ours: { name: `${many} rows`, round: () => large.p50(kind, requests) },
        baselines: [{ name: `${few} rows`, round: () => small.p50(kind, requests) }],
      });
      findings.push(...comparison.ratios.map((ratio) => ratioFinding(kind, comparison, ratio, { atMost: growth })));
    }
    return findings;
  },
};
