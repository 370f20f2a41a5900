import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { eventChain } from '../../src/adapters/event-store/codec/hash-chain.ts';
import type { EventStoreDbEventStore } from '../../src/adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import { checkChain } from '../../src/application/auditing/check-chain.ts';
import { checkChains } from '../../src/application/auditing/check-chains.ts';
import { checkHeads, type ChainHead } from '../../src/application/auditing/check-heads.ts';
import { createFindings, type Difference } from '../../src/application/auditing/difference.ts';
import { readHeads } from '../../src/application/auditing/read-heads.ts';
import { startStandIn, type StandIn } from '../support/eventstoredb-stand-in/start.ts';
import { newStream } from '../support/sample-events.ts';
import { appendOneByOne, storeAt } from './faulty-store.ts';

// What stands in the file of the stand-in: one append a line.
const line = z.array(z.looseObject({ position: z.number(), stream: z.string(), revision: z.number(), data: z.string(), metadata: z.string() }));
type Kept = z.output<typeof line>[number];

const ours = newStream();
const others = newStream();
const watch = { signal: new AbortController().signal, progress: () => undefined };
const written = 5;

let standIn: StandIn;
let store: EventStoreDbEventStore;
let whole = '';
let heads: readonly ChainHead[];

const running = async (text: string): Promise<void> => {
  await standIn.kill();
  await writeFile(standIn.file, text);
  await standIn.restart();
  await expect.poll(async () => (await store.check()).isOk(), { timeout: 10_000 }).toBe(true);
};

beforeAll(async () => {
  standIn = await startStandIn();
  store = storeAt(standIn.url);
  await appendOneByOne(store, ours, written);
  await appendOneByOne(store, others, 2);
  heads = (await readHeads(store, null, watch))._unsafeUnwrap();
  whole = await readFile(standIn.file, 'utf8');
});
afterEach(() => running(whole));
afterAll(async () => {
  await store.close();
  await standIn.stop();
});

/** Puts other events where those of our stream stand. */
const tamper = (change: (events: readonly Kept[]) => readonly Kept[]): Promise<void> => {
  const all = whole.split('\n').slice(0, -1).flatMap((text) => line.parse(JSON.parse(text)));
  const changed = change(all.filter(({ stream }) => stream === ours));
  const rest = all.filter(({ stream }) => stream !== ours);
  const log = [...rest, ...changed].sort((a, b) => a.position - b.position);
  return running(log.map((event) => `${JSON.stringify([event])}\n`).join(''));
};

/** What a check of the whole store finds, and what one of our stream alone. */
const found = async (): Promise<Readonly<{ store: readonly Difference[]; stream: readonly Difference[] }>> => {
  const inStore = createFindings();
  const headsOfStore = checkHeads(heads, inStore);
  (await checkChains({ eventStore: store, eventChain }, inStore, headsOfStore, watch))._unsafeUnwrap();
  headsOfStore.finish();
  const inStream = createFindings();
  const headsOfStream = checkHeads(heads.filter(({ stream }) => stream === ours), inStream);
  (await checkChain({ eventStore: store, eventChain }, ours, inStream, headsOfStream))._unsafeUnwrap();
  headsOfStream.finish();
  return { store: inStore.listed, stream: inStream.listed };
};
const both = (...differences: readonly Difference[]) => ({ store: differences, stream: differences });

const altered = (revision: number): Difference => ({ kind: 'event_altered', stream: ours, revision });
const missing = (revision: number, through: number): Difference => ({ kind: 'event_missing', stream: ours, revision, through });
const headDiffers = (revision: number): Difference => ({ kind: 'head_differs', stream: ours, revision });

const changing = (revision: number, change: (event: Kept) => Partial<Kept>) => (events: readonly Kept[]) =>
  events.map((event) => (event.revision === revision - 1 ? { ...event, ...change(event) } : event));
const rewritten = (text: string, from: RegExp, to: string): string =>
  Buffer.from(Buffer.from(text, 'base64').toString('utf8').replace(from, to)).toString('base64');

test('nothing is found in a history that nobody touched', async () => {
  await tamper((events) => events);
  expect(await found()).toEqual(both());
});

test.each(['data', 'metadata'] as const)('a changed event is named: its %s', async (where) => {
  await tamper(changing(3, (event) => ({ [where]: rewritten(event[where], /"(life|kind)":("?)\w+/, '"$1":$2' + '7') })));
  expect(await found()).toEqual(both(altered(3)));
});

test('an event with another hash is named, and at the end so is the head that it was', async () => {
  const otherHash = ({ metadata }: Kept) => ({ metadata: rewritten(metadata, /"hash":"[0-9a-f]{64}"/, `"hash":"${'0'.repeat(64)}"`) });
  await tamper(changing(2, otherHash));
  expect(await found()).toEqual(both(altered(2)));
  await tamper(changing(written, otherHash));
  expect(await found()).toEqual({ store: [headDiffers(written), altered(written)], stream: [headDiffers(written), altered(written)] });
});

test.each([1, 3] as const)('a deleted event is named: the one of revision %i', async (revision) => {
  await tamper((events) => events.filter((event) => event.revision !== revision - 1));
  expect(await found()).toEqual(both(missing(revision, revision)));
});

test('an inserted event is named, with the head that stood there no more', async () => {
  await tamper((events) => {
    const last = events.at(-1);
    return last === undefined ? [] : [...events, { ...last, revision: written, position: last.position + 10_000_000 }];
  });
  expect(await found()).toEqual(both(altered(written + 1)));
});

test('events whose places were exchanged are named, whether their revisions went with them or not', async () => {
  await tamper((events) => events.map((event) => ({ ...event, revision: event.revision === 1 ? 2 : event.revision === 2 ? 1 : event.revision })));
  const exchanged = await found();
  // The one behind them stands behind another event than it was written behind.
  const named = [altered(2), altered(3), altered(4)];
  expect(exchanged).toEqual({ store: [{ kind: 'event_out_of_order', stream: ours, revision: 2 }, ...named], stream: named });

  const [second, third] = [1, 2].map((revision) => (events: readonly Kept[]) => events.find((event) => event.revision === revision)?.position ?? 0);
  await tamper((events) =>
    events.map((event) => ({ ...event, position: event.revision === 1 ? (third?.(events) ?? 0) : event.revision === 2 ? (second?.(events) ?? 0) : event.position })),
  );
  expect(await found()).toEqual({ store: [{ kind: 'event_out_of_order', stream: ours, revision: 2 }], stream: [] });
});

test('a truncated tail is named against the heads that were exported, from its first missing event to its last', async () => {
  await tamper((events) => events.filter(({ revision }) => revision < written - 2));
  expect(await found()).toEqual(both(missing(written - 1, written)));
  await tamper(() => []);
  expect(await found()).toEqual(both(missing(1, written)));
});
