import { join } from 'node:path';
import type pg from 'pg';
import { z } from 'zod';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { compare, type Contestant } from '../harness/comparison.ts';
import { figure, ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { runProgram } from '../harness/own-process.ts';
import { writeHistories } from '../histories/write-histories.ts';
import { handMadeRebuild, handMadeRebuildWithoutProfiles } from './hand-made-rebuild.ts';
import { ourRebuild, type Rebuilder } from './our-rebuild.ts';

const contestant = (rebuilder: Rebuilder, events: number): Contestant => ({
  name: rebuilder.name,
  round: async () => {
    const begun = performance.now();
    await rebuilder.run();
    return events / ((performance.now() - begun) / 1_000);
  },
});

const contents = (table: string): string => `
  select count(*)::integer as rows, md5(string_agg(md5(t::text), '' order by id)) as digest from (
    select id, user_id, tiktok_open_id, tiktok_union_id, display_name, avatar_url, access_token, refresh_token,
      token_expires_at, scope, created_at, updated_at from ${table}) t`;

const contentRows = z.tuple([z.object({ rows: z.number(), digest: z.string() })]);

const contentsOf = async (pool: pg.Pool, table: string): Promise<string> => {
  const patient = { text: contents(table), query_timeout: 60_000 };
  const [{ rows, digest }] = contentRows.parse((await pool.query(patient)).rows);
  return `${rows} rows ${digest}`;
};

const speed = async ({ histories, quick }: Bench): Promise<readonly Finding[]> => {
  const events = quick ? 20_000 : 200_000;
  await using database = await histories.open(events);
  await using ours = ourRebuild(database.url);
  await using byHand = handMadeRebuild(database.url);
  await using bare = handMadeRebuildWithoutProfiles(database.url);
  await ours.run();
  await byHand.run();
  const [made, expected] = [await contentsOf(database.pool, 'user_tiktok_connections'), await contentsOf(database.pool, 'hand_made_connections')];
  if (made !== expected) throw new Error(`the rebuilt table differs from the one made by hand: ${made}, ${expected}`);
  const comparison = await compare({
    unit: 'events/s',
    rounds: quick ? 3 : 7,
    ours: contestant(ours, events),
    baselines: [contestant(byHand, events), contestant(bare, events)],
  });
  return comparison.ratios.map((ratio, index) => ratioFinding(`${events} events`, comparison, ratio, index === 0 ? { atLeast: 0.5 } : null));
};

const rebuildProgram = join(import.meta.dirname, 'rebuild-program.ts');

/** "Flat" allows for a heap that is collected a little later. Fewer events than the small size end before the heap has its size. */
const flat = 1.25;

const memory = async ({ serverUrl, say, quick }: Bench): Promise<readonly Finding[]> => {
  const [few, many] = quick ? ([80_000, 160_000] as const) : ([100_000, 1_000_000] as const);
  await using database = await createBenchDatabase(serverUrl);
  const peakMegabytes = async (events: number, before: number): Promise<number> => {
    say(`  writing a history up to ${events} events`);
    await writeHistories(database.pool, events, before);
    await database.prepare('analyze');
    return Number(await runProgram(rebuildProgram, [database.url]));
  };
  const small = await peakMegabytes(few, 0);
  const large = await peakMegabytes(many, few);
  return [
    figure(`peak memory with ${few} events`, 'MB', small),
    figure(`peak memory with ${many} events`, 'MB', large),
    figure('growth of peak memory', 'ratio', large / small, { atMost: flat }),
  ];
};

export const rebuildBenchmark: Benchmark = {
  name: 'rebuild',
  title: 'the connections and the table for SQL readers from the whole history',
  run: async (bench) => [...(await speed(bench)), ...(await memory(bench))],
};
