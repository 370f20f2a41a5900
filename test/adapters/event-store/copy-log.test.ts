import { err } from 'neverthrow';
import { expect, test } from 'vitest';
import { createEventCodec } from '../../../src/adapters/event-store/codec/event-codec.ts';
import { copyLog } from '../../../src/adapters/event-store/copy-log.ts';
import type { EventLog } from '../../../src/adapters/event-store/event-log.ts';
import { eventStoreOver } from '../../../src/adapters/event-store/event-store-over-log.ts';
import { emptyHead } from '../../../src/application/ports/event-store.ts';
import { collect } from '../../support/event-store/opened-store.ts';
import { createInMemoryEventLog } from '../../support/in-memory-event-store.ts';
import { newStream, several } from '../../support/sample-events.ts';

const watch = () => ({ signal: new AbortController().signal, progress: () => undefined });
const storeOver = (log: EventLog) => eventStoreOver(log, createEventCodec());

/** Three streams, written in turn. */
const someHistory = async (log: EventLog): Promise<void> => {
  const heads = [newStream(), newStream(), newStream()].map((stream) => ({ stream, head: emptyHead }));
  for (let round = 1; round <= 4; round += 1) {
    for (const at of heads) at.head = (await storeOver(log).append(at.stream, at.head, several(round)))._unsafeUnwrap().head;
  }
};

const contents = async (log: EventLog) =>
  (await collect(storeOver(log))).flatMap(({ events }) => events).map(({ id, stream, revision, hash, stored }) => ({ id, stream, revision, hash, stored }));

test('every event stands in the other store as it was, in the same order', async () => {
  const [from, to] = [createInMemoryEventLog(), createInMemoryEventLog()];
  await someHistory(from);
  expect((await copyLog(from, to, watch()))._unsafeUnwrap()).toEqual({ copied: 30, events: 30, streams: 3 });
  expect(await contents(to)).toEqual(await contents(from));
});

test('an interrupted copy goes on where it stood, and a complete one has nothing to do', async () => {
  const [from, to] = [createInMemoryEventLog(), createInMemoryEventLog()];
  await someHistory(from);
  const stop = new AbortController();
  const progress = (copied: number): void => {
    if (copied === 11) stop.abort();
  };
  const failing = { ...to, append: (...request: Parameters<EventLog['append']>) => (stop.signal.aborted ? Promise.resolve(err({ kind: 'Unavailable', part: 'event_store', reason: 'cut' } as const)) : to.append(...request)) };
  expect((await copyLog(from, failing, { signal: stop.signal, progress })).isErr()).toBe(true);
  expect((await copyLog(from, to, watch()))._unsafeUnwrap()).toMatchObject({ copied: 19, events: 30 });
  expect((await copyLog(from, to, watch()))._unsafeUnwrap().copied).toBe(0);
  expect(await contents(to)).toEqual(await contents(from));
});

test('an append whose answer is lost is repeated and stands there once', async () => {
  const [from, to] = [createInMemoryEventLog(), createInMemoryEventLog()];
  await someHistory(from);
  let calls = 0;
  const forgetful: EventLog = {
    ...to,
    append: async (stream, head, entries) => {
      const answer = await to.append(stream, head, entries);
      calls += 1;
      return calls % 3 === 0 ? err({ kind: 'OutcomeUnknown', stream }) : answer;
    },
  };
  expect((await copyLog(from, forgetful, watch()))._unsafeUnwrap().copied).toBe(30);
  expect(await contents(to)).toEqual(await contents(from));
});

test('a store with another history is left as it is', async () => {
  const [from, to] = [createInMemoryEventLog(), createInMemoryEventLog()];
  const stream = newStream();
  for (const log of [from, to]) expect((await storeOver(log).append(stream, emptyHead, several(2))).isOk()).toBe(true);
  const before = await contents(to);
  expect((await copyLog(from, to, watch()))._unsafeUnwrapErr()).toEqual({ kind: 'HistoriesDiffer', stream, revision: 2 });
  expect(await contents(to)).toEqual(before);
});

test('streams that only the other store has are named', async () => {
  const [from, to] = [createInMemoryEventLog(), createInMemoryEventLog()];
  const stream = newStream();
  expect((await storeOver(to).append(stream, emptyHead, several(1))).isOk()).toBe(true);
  expect((await copyLog(from, to, watch()))._unsafeUnwrapErr()).toEqual({ kind: 'HistoriesDiffer', stream, revision: 1 });
});
