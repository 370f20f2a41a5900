import { z } from 'zod';
import { createBenchDatabase } from '../harness/bench-database.ts';
import { compare, type Comparison } from '../harness/comparison.ts';
import type { Bench } from '../harness/finding.ts';
import { writeLivingConnections } from '../tokens/living-connections.ts';
import { openDbosSaga } from './dbos-saga.ts';
import { openOurSaga } from './our-saga.ts';
import { openTikTokCalls, type TikTokCalls } from './tiktok-calls.ts';

/** Many publishes under way at once: what each of them waits for, TikTok or a disk, others use. */
export const callers = 64;
const fileBytes = 65_536;
const hour = 3_600_000;
const complete = 'PUBLISH_COMPLETE';

const counts = z.tuple([z.object({ streams: z.number(), events: z.number(), most: z.number() })]);

export type Plan = Readonly<{ perRound: number; rounds: number }>;
/** @property tokens of as many accounts as all rounds of one contestant have publishes */
export type Side = Readonly<{ url: string; tokens: readonly string[] }>;
/** @property most events of one publication */
export type SagaComparison = Readonly<{ comparison: Comparison; streams: number; events: number; most: number }>;

/** A creator may post 15 times a day, and start 6 posts a minute: each publish of a contestant is another account's. */
export const accountsOf = ({ perRound, rounds }: Plan): number => perRound * (rounds + 1);

/** Does all of a round, so many at a time. @returns items per second, the end of all included */
const perSecond = async <Item>(items: readonly Item[], call: (item: Item) => Promise<unknown>, atLast: () => Promise<void> = () => Promise.resolve()): Promise<number> => {
  const begun = performance.now();
  const waiting = items.values();
  const caller = async (): Promise<void> => {
    for (const item of waiting) await call(item);
  };
  await Promise.all(Array.from({ length: callers }, caller));
  await atLast();
  return items.length / ((performance.now() - begun) / 1_000);
};

/** Round after round of the same accounts, from the first again behind the last. */
const takeRounds = <Item>(items: readonly Item[], perRound: number): (() => readonly Item[]) => {
  let from = 0;
  return () => {
    const round = items.slice(from, from + perRound);
    from = from + perRound >= items.length ? 0 : from + perRound;
    return round;
  };
};

const plain = (calls: TikTokCalls) => async (token: string): Promise<void> => {
  await calls.creatorInfo(token);
  const { publishId, uploadUrl } = await calls.start(token, 'Bench');
  await calls.put(uploadUrl);
  if ((await calls.status(token, publishId)) !== complete) throw new Error('a plain publish did not end');
};

/** Our saga beside a script and a DBOS workflow that make the same calls of the same TikTok. */
export const compareSagas = async ({ serverUrl }: Bench, { url, tokens }: Side, { perRound, rounds }: Plan): Promise<SagaComparison> => {
  await using database = await createBenchDatabase(serverUrl);
  await using dbosDatabase = await createBenchDatabase(serverUrl);
  const file = Buffer.alloc(fileBytes, 7);
  const connections = await writeLivingConnections(database.pool, tokens.length, 24 * hour, 0, ({ number }) => tokens[number] ?? '');
  await using calls = openTikTokCalls(url, file);
  await using ours = openOurSaga(database.url, database.pool, url, file);
  await using dbos = await openDbosSaga(dbosDatabase.url, calls);

  const [ourTurn, plainTurn, dbosTurn] = [takeRounds(connections, perRound), takeRounds(tokens, perRound), takeRounds(tokens, perRound)];
  let requested = 0;
  const ourRound = async (): Promise<number> => {
    requested += perRound;
    return perSecond(ourTurn(), (id) => ours.request(id), () => ours.published(requested));
  };
  const durable = async (token: string): Promise<void> => {
    if ((await dbos.publish(token)) !== complete) throw new Error('a workflow did not end');
  };
  const comparison = await compare({
    unit: 'publishes/s',
    rounds,
    ours: { name: 'service', round: ourRound },
    baselines: [
      { name: 'plain script', round: () => perSecond(plainTurn(), plain(calls)) },
      { name: 'DBOS workflow', round: () => perSecond(dbosTurn(), durable) },
    ],
  });
  const [counted] = counts.parse(
    (
      await database.pool.query(`select count(*)::integer as streams, sum(n)::integer as events, max(n)::integer as most from
        (select count(*) as n from tiktok_connections.events where stream like 'tiktok_publication-%' group by stream) as s`)
    ).rows,
  );
  return { comparison, ...counted };
};
