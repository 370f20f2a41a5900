import { compare, type Contestant } from '../harness/comparison.ts';
import { figure, ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { quantile } from '../harness/statistics.ts';
import { countOnTheWire } from '../harness/wire-counter.ts';
import { deliverLive, type Delivery } from './live-delivery.ts';
import { memoryFindings } from './memory-behind.ts';
import { ourReader } from './our-reader.ts';
import { plainCopy, plainReader, type EventReader } from './plain-read.ts';

const pageSize = 1_000;

const contestant = (reader: EventReader, events: number): Contestant => ({
  name: reader.name,
  round: async () => {
    const begun = performance.now();
    const count = await reader.readAll();
    if (count !== events) throw new Error(`${reader.name} read ${count} of ${events} events`);
    return events / ((performance.now() - begun) / 1_000);
  },
});

const workOf = async (url: string, open: (url: string) => EventReader, events: number): Promise<Finding> => {
  await using wire = await countOnTheWire(url);
  await using reader = open(wire.url);
  await reader.readAll();
  wire.reset();
  await reader.readAll();
  const counts = wire.counts();
  return figure(`${reader.name}: statements per 1000 events`, 'statements', (counts.statements / events) * 1_000, null, counts);
};

const throughput = async ({ histories, quick }: Bench): Promise<readonly Finding[]> => {
  const events = quick ? 20_000 : 200_000;
  await using database = await histories.open(events);
  await database.prepare(plainCopy);
  await using feed = ourReader(database.url, pageSize);
  await using pages = plainReader(database.url, pageSize);
  const comparison = await compare({
    unit: 'events/s',
    rounds: quick ? 5 : 9,
    ours: contestant(feed, events),
    baselines: [contestant(pages, events)],
  });
  return [
    ...comparison.ratios.map((ratio) => ratioFinding('throughput', comparison, ratio, { atLeast: 0.7 })),
    await workOf(database.url, (url) => ourReader(url, pageSize), events),
    await workOf(database.url, (url) => plainReader(url, pageSize), events),
  ];
};

const memory = async ({ histories, quick }: Bench): Promise<readonly Finding[]> => {
  const many = quick ? 20_000 : 300_000;
  await using short = await histories.open(many / 10);
  await using long = await histories.open(many);
  return await memoryFindings('PostgreSQL', { events: many / 10, url: short.url }, { events: many, url: long.url });
};

const delayFindings = (name: string, { delays, ...counts }: Delivery): readonly Finding[] => [
  figure(`${name}: lost`, 'events', counts.lost, { atMost: 0 }, counts),
  figure(`${name}: repeated or out of order`, 'events', counts.repeated + counts.outOfOrder, { atMost: 0 }),
  figure(`${name}: commit to handler, p99`, 'ms', quantile(delays, 0.99), { atMost: 50 }, {
    p50: quantile(delays, 0.5),
    p90: quantile(delays, 0.9),
    max: quantile(delays, 1),
    samples: delays.length,
  }),
];

export const feedBenchmark: Benchmark = {
  name: 'feed',
  title: 'every event to a reader, from the beginning and live',
  run: async (bench) => {
    const { serverUrl, quick } = bench;
    const millis = quick ? 3_000 : 20_000;
    return [
      ...(await throughput(bench)),
      ...(await memory(bench)),
      ...delayFindings('32 writers', await deliverLive(serverUrl, { writers: 32, millis, pauseMillis: 0 })),
      ...delayFindings('calm', await deliverLive(serverUrl, { writers: 2, millis, pauseMillis: 20 })),
    ];
  },
};
