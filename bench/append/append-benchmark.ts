import { createBenchDatabase, type BenchDatabase } from '../harness/bench-database.ts';
import { compare, type Contestant } from '../harness/comparison.ts';
import { exactly, figure, ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { callsPerSecond } from '../harness/load.ts';
import { countOnTheWire } from '../harness/wire-counter.ts';
import { eventsPerStream, type Appender } from './appender.ts';
import { emmettAppender } from './emmett-appender.ts';
import { oneStatementAppender, plainTable } from './one-statement-appender.ts';
import { ourAppender } from './our-appender.ts';

const contestant = (appender: Appender, callers: number, millis: number): Contestant => ({
  name: appender.name,
  round: () => {
    const streams = Array.from({ length: callers }, () => ({ append: appender.openStream(), left: eventsPerStream }));
    return callsPerSecond(callers, millis, async (caller) => {
      const stream = streams[caller];
      if (stream === undefined) return;
      if (stream.left === 0) streams[caller] = { append: appender.openStream(), left: eventsPerStream };
      stream.left -= 1;
      await stream.append();
    });
  },
});

const speedAt = async (callers: number, database: BenchDatabase, { quick }: Bench): Promise<readonly Finding[]> => {
  await using ours = ourAppender(database.url);
  await using sql = oneStatementAppender(database.url);
  await using emmett = await emmettAppender(database.url);
  const [millis, rounds] = quick ? [200, 7] : [500, 31];
  const [oursRound, sqlRound, emmettRound] = [ours, sql, emmett].map((appender) => contestant(appender, callers, millis));
  if (oursRound === undefined || sqlRound === undefined || emmettRound === undefined) return [];
  const comparison = await compare({ unit: 'appends/s', rounds, ours: oursRound, baselines: [sqlRound, emmettRound] });
  const name = `${callers} caller${callers === 1 ? '' : 's'}`;
  const [toSql, toEmmett] = comparison.ratios;
  if (toSql === undefined || toEmmett === undefined) return [];
  return [
    ratioFinding(name, comparison, toSql, { atLeast: 0.8 }),
    ratioFinding(name, comparison, toEmmett, { atLeast: 1.8 }),
  ];
};

const counted = 50;

const workOf = async (database: BenchDatabase, appenderAt: (url: string) => Promise<Appender>) => {
  await using wire = await countOnTheWire(database.url);
  await using appender = await appenderAt(wire.url);
  const append = appender.openStream();
  await append();
  wire.reset();
  for (let call = 0; call < counted; call += 1) await append();
  return { name: appender.name, ...wire.counts() };
};

const workCounters = async (database: BenchDatabase): Promise<readonly Finding[]> => {
  const ours = await workOf(database, (url) => Promise.resolve(ourAppender(url, database.url)));
  const sql = await workOf(database, (url) => Promise.resolve(oneStatementAppender(url)));
  const emmett = await workOf(database, emmettAppender);
  return [
    ...exactly('round trips of an append', 'round trips', ours.roundTrips / counted, 1),
    ...[ours, sql, emmett].flatMap(({ name, ...counts }) => [
      figure(`${name}: statements per append`, 'statements', counts.statements / counted, null, counts),
      figure(`${name}: bytes sent per append`, 'bytes', counts.bytesToServer / counted),
    ]),
  ];
};

export const appendBenchmark: Benchmark = {
  name: 'append',
  title: 'one event behind an expected revision',
  run: async (bench) => {
    await using database = await createBenchDatabase(bench.serverUrl);
    await database.prepare(plainTable);
    return [...(await speedAt(1, database, bench)), ...(await speedAt(10, database, bench)), ...(await workCounters(database))];
  },
};
