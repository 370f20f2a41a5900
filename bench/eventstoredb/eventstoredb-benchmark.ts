import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { parseStoreAddress, type StoreAddress } from '../../src/adapters/event-store/eventstoredb/connection-string.ts';
import { connectionStreams } from '../../src/application/execution/streams.ts';
import { eventsPerStream, type Appender } from '../append/appender.ts';
import { memoryFindings, type Behind } from '../feed/memory-behind.ts';
import type { EventReader } from '../feed/plain-read.ts';
import { compare, type Contestant } from '../harness/comparison.ts';
import { ratioFinding, type Bench, type Benchmark, type Finding } from '../harness/finding.ts';
import { callsPerSecond } from '../harness/load.ts';
import { bareAppender, bareReader } from './bare-client.ts';
import { fillTogether, ourStoreAppender, ourStoreReader } from './our-store.ts';

/** A part of the server for one measurement; what is left there stays, for nothing is ever deleted. */
const partOf = (url: string): StoreAddress => {
  const address = parseStoreAddress(`${url}${url.includes('?') ? '&' : '?'}streamPrefix=bench${randomUUID().replaceAll('-', '')}`);
  if (address.isErr()) throw new Error(`EVENT_STORE_TEST_URL ${address.error}`);
  return address.value;
};

const appending = (appender: Appender, callers: number, millis: number): Contestant => ({
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

const appends = async (url: string, callers: number, { quick }: Bench): Promise<readonly Finding[]> => {
  const address = partOf(url);
  await using ours = ourStoreAppender(address);
  await using bare = bareAppender(address, false);
  await using each = bareAppender(address, true);
  const [millis, rounds] = quick ? [200, 5] : [500, 21];
  const comparison = await compare({
    unit: 'appends/s',
    rounds,
    ours: appending(ours, callers, millis),
    baselines: [appending(bare, callers, millis), appending(each, callers, millis)],
  });
  const name = `append, ${callers} caller${callers === 1 ? '' : 's'}`;
  return comparison.ratios.map((ratio) => ratioFinding(name, comparison, ratio, { atLeast: 0.9 }));
};

const fill = async (address: StoreAddress, events: number): Promise<void> => {
  await using appender = ourStoreAppender(address);
  let left = events;
  const write = async (): Promise<void> => {
    for (let append = appender.openStream(), count = 0; left > 0; count += 1) {
      left -= 1;
      if (count % eventsPerStream === eventsPerStream - 1) append = appender.openStream();
      await append();
    }
  };
  await Promise.all(Array.from({ length: 32 }, write));
};

const reading = (reader: EventReader, events: number): Contestant => ({
  name: reader.name,
  round: async () => {
    const begun = performance.now();
    const count = await reader.readAll();
    if (count !== events) throw new Error(`${reader.name} read ${count} of ${events} events`);
    return events / ((performance.now() - begun) / 1_000);
  },
});

const feed = async (url: string, { quick }: Bench): Promise<readonly Finding[]> => {
  const address = partOf(url);
  const events = quick ? 2_000 : 20_000;
  await fill(address, events);
  await using ours = ourStoreReader(address, 1_000);
  await using bare = bareReader(address, `${address.namespace}${connectionStreams}`, events);
  const comparison = await compare({ unit: 'events/s', rounds: quick ? 5 : 9, ours: reading(ours, events), baselines: [reading(bare, events)] });
  return comparison.ratios.map((ratio) => ratioFinding('feed from the beginning', comparison, ratio, { atLeast: 0.9 }));
};

/** A part of the server with so many events, many of them in an append. */
const holding = async (url: string, events: number): Promise<Behind> => {
  const part = `${url}${url.includes('?') ? '&' : '?'}streamPrefix=bench${randomUUID().replaceAll('-', '')}`;
  await fillTogether(parseStoreAddress(part)._unsafeUnwrap(), events);
  return { events, url: part };
};

const memory = async (url: string, { quick }: Bench): Promise<readonly Finding[]> => {
  const many = quick ? 20_000 : 300_000;
  return memoryFindings('EventStoreDB', await holding(url, many / 10), await holding(url, many));
};

export const eventStoreDbBenchmark: Benchmark = {
  name: 'eventstoredb',
  title: 'append and feed on EventStoreDB, beside its bare client, and the memory of a feed that is far behind',
  run: async (bench) => {
    const url = process.env['EVENT_STORE_TEST_URL'] ?? '';
    if (url === '') {
      bench.say('  not measured: no server at hand; EVENT_STORE_TEST_URL names one');
      return [];
    }
    return [...(await appends(url, 1, bench)), ...(await appends(url, 32, bench)), ...(await feed(url, bench)), ...(await memory(url, bench))];
  },
};
