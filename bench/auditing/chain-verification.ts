import { hash } from 'node:crypto';
import { ok } from 'neverthrow';
import { eventChain } from '../../src/adapters/event-store/codec/hash-chain.ts';
import { createPostgresEventStore } from '../../src/adapters/event-store/postgres/postgres-event-store.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { checkChains } from '../../src/application/auditing/check-chains.ts';
import { checkHeads } from '../../src/application/auditing/check-heads.ts';
import { createFindings } from '../../src/application/auditing/difference.ts';
import type { StreamName } from '../../src/application/ports/event-names.ts';
import type { EventStore, FeedBatch, StoredEvent } from '../../src/application/ports/event-store.ts';
import { compare } from '../harness/comparison.ts';
import { figure, ratioFinding, type Bench, type Finding } from '../harness/finding.ts';

const batchSize = 1_000;
const nobodyEnds = new AbortController().signal;

const readBatches = async (eventStore: EventStore): Promise<readonly FeedBatch[]> => {
  const batches: FeedBatch[] = [];
  for await (const batch of eventStore.feed({ after: null, streamPrefixes: [], batchSize, live: false, signal: nobodyEnds })) {
    if (batch.isErr()) throw new Error(batch.error.kind);
    batches.push(batch.value);
  }
  return batches;
};

/** What was read before, so that nothing but the check is timed. */
const remembering = (eventStore: EventStore, batches: readonly FeedBatch[]): EventStore => ({
  ...eventStore,
  feed: async function* () {
    for (const batch of batches) yield await Promise.resolve(ok(batch));
  },
});

const check = async (eventStore: EventStore): Promise<number> => {
  const findings = createFindings();
  const checked = await checkChains({ eventStore, eventChain }, findings, checkHeads([], findings), { signal: nobodyEnds, progress: () => undefined });
  if (checked.isErr() || findings.total > 0) throw new Error('the chains do not fit');
  return checked.value.events;
};

/** The bytes that each link covers, put together beforehand. */
const bytesOf = (batches: readonly FeedBatch[]): readonly Buffer[] => {
  const last = new Map<StreamName, StoredEvent>();
  const texts: Buffer[] = [];
  for (const event of batches.flatMap(({ events }) => events)) {
    const { stream, revision, type, schemaVersion, id, stored } = event;
    const fields = [last.get(stream)?.hash ?? '', stream, String(revision), type, String(schemaVersion), id, stored.occurredAt, stored.data, stored.metadata];
    const text = Buffer.from(fields.map((field) => `${Buffer.byteLength(field)}:${field}`).join(''));
    if (hash('sha256', text, 'hex') !== event.hash) throw new Error('the bytes are not those of the chain');
    texts.push(text);
    last.set(stream, event);
  }
  return texts;
};

const rateOf = async (events: number, work: () => unknown): Promise<number> => {
  const begun = performance.now();
  await work();
  return events / ((performance.now() - begun) / 1_000);
};

const hashAll = (texts: readonly Buffer[]): void => {
  for (const text of texts) hash('sha256', text, 'hex');
};

const enoughEvents = 150_000;
const enoughOfBare = 0.7;

/** Either will do: so many events a second, or so much of what hashing alone takes. */
export const chainVerification = async ({ histories, quick }: Bench): Promise<readonly Finding[]> => {
  const events = quick ? 10_000 : 50_000;
  await using database = await histories.open(events);
  const pool = createPool({ url: database.url });
  const eventStore = createPostgresEventStore({ pool, url: database.url });
  try {
    const batches = await readBatches(eventStore);
    const read = remembering(eventStore, batches);
    const texts = bytesOf(batches);
    const comparison = await compare({
      unit: 'events/s',
      rounds: quick ? 5 : 9,
      ours: { name: 'checking chains', round: () => rateOf(events, () => check(read)) },
      baselines: [{ name: 'bare SHA-256', round: () => rateOf(events, () => hashAll(texts)) }],
    });
    const rate = comparison.measured['checking chains']?.median ?? 0;
    const isFast = rate >= enoughEvents;
    return [
      figure('chain verification: events in memory', 'events/s', rate, isFast ? { atLeast: enoughEvents } : null),
      ...comparison.ratios.map((ratio) => ratioFinding('chain verification', comparison, ratio, isFast ? null : { atLeast: enoughOfBare })),
      figure('chain verification: the whole pass, read from the database', 'events/s', await rateOf(events, () => check(eventStore))),
    ];
  } finally {
    await eventStore.close();
    await pool.end();
  }
};
