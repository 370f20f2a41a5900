import type pg from 'pg';
import { z } from 'zod';
import { compare, type Contestant } from '../harness/comparison.ts';
import { ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { handMadeRebuild, handMadeRebuildWithoutProfiles } from './hand-made-rebuild.ts';
import { millionEvents } from './million-events.ts';
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

export const rebuildBenchmark: Benchmark = {
  name: 'rebuild',
  title: 'projections from the whole history',
  run: async (bench) => [...(await speed(bench)), ...(await millionEvents(bench))],
};
