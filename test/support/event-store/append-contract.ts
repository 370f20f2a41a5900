import { expect, test } from 'vitest';
import { eventChain } from '../../../src/adapters/event-store/codec/hash-chain.ts';
import { appendLimitBytes } from '../../../src/adapters/event-store/event-store-over-log.ts';
import { chainHash } from '../../../src/application/ports/event-names.ts';
import { emptyHead, type StoredEvent } from '../../../src/application/ports/event-store.ts';
import { connected, disconnected, newStream, profileChanged, scopesChanged, several, toAppend } from '../sample-events.ts';
import type { OpenLog } from './open-log.ts';
import { fill, idsOf, storeForEachTest } from './opened-store.ts';

const anotherHash = chainHash('ab'.repeat(32));

export const appendContract = (open: OpenLog): void => {
  const opened = storeForEachTest(open);
  const { append, history } = opened;

  test('an event is read back as it was written, with its place and its time', async () => {
    const stream = newStream();
    const events = [toAppend(connected()), toAppend(profileChanged()), toAppend(scopesChanged()), toAppend(disconnected())];
    const appended = await append(stream, emptyHead, events);
    const read = await history(stream);
    expect(read).toMatchObject(appended.events);
    expect(read).toMatchObject(events.map((event, index) => ({ ...event, stream, revision: index + 1, schemaVersion: 1, readable: true })));
    expect(appended.head).toEqual({ revision: 4, hash: read[3]?.hash });
    expect(appended.checkpoint).toBe(read[3]?.checkpoint);
    for (const { recordedAt } of read) expect(new Date(recordedAt).toISOString()).toBe(recordedAt);
  });

  test('text comes back byte for byte, whatever it holds', async () => {
    const stream = newStream();
    const text = 'quote " backslash \\ nul \u0000 line \u2028 emoji 🎬 lone \ud800 zero-width \u200b {"1":2} é e\u0301';
    await append(stream, emptyHead, [toAppend(profileChanged(text))]);
    const [read] = await history(stream);
    expect(read).toMatchObject({ readable: true, event: profileChanged(text) });
    expect(read?.stored.data).toBe(
      `{"changed":["display_name"],"life":1,"observedAt":"2026-01-02T03:04:05.678Z","profile":${JSON.stringify(text)}}`,
    );
  });

  test('each event carries the hash of the stream up to itself', async () => {
    const stream = newStream();
    await fill(opened, stream, [several(2), several(1), several(3)]);
    let previous: StoredEvent['hash'] | null = null;
    for (const event of await history(stream)) {
      expect(event.hash).toBe(eventChain.hashAfter(previous, event));
      previous = event.hash;
    }
  });

  test('a stream is read from any revision, at most as many events as asked for', async () => {
    const stream = newStream();
    const events = several(5);
    await append(stream, emptyHead, events);
    const read = async (from: number, limit: number) => idsOf((await opened.store().read(stream, from, limit))._unsafeUnwrap());
    expect(await read(1, 2)).toEqual(idsOf(events.slice(0, 2)));
    expect(await read(4, 10)).toEqual(idsOf(events.slice(3)));
    expect(await read(6, 10)).toEqual([]);
  });

  test('an unknown stream is empty', async () => {
    expect(await history(newStream())).toEqual([]);
  });

  test('streams are kept apart, also where one name begins with the other', async () => {
    const [one, two] = [newStream(), newStream()];
    const first = await append(one, emptyHead, several(1));
    await append(two, emptyHead, several(2));
    await append(one, first.head, several(1));
    expect((await history(one)).map(({ stream, revision }) => [stream, revision])).toEqual([[one, 1], [one, 2]]);
  });

  test.each([
    ['behind its end', { revision: 1, hash: null }],
    ['ahead of its end', { revision: 3, hash: anotherHash }],
    ['at its end with another hash', { revision: 2, hash: anotherHash }],
    ['at its end without a hash', { revision: 2, hash: null }],
    ['at its beginning', emptyHead],
  ])('an append to a stream of two events %s is a conflict and writes nothing', async (_, head) => {
    const stream = newStream();
    await append(stream, emptyHead, several(2));
    const refused = await opened.store().append(stream, head, several(1));
    expect(refused._unsafeUnwrapErr()).toEqual({ kind: 'Conflict', stream });
    expect(await history(stream)).toHaveLength(2);
  });

  test('an append behind events that an empty stream does not have is a conflict', async () => {
    const stream = newStream();
    for (const head of [{ revision: 1, hash: anotherHash }, { revision: 0, hash: anotherHash }]) {
      expect((await opened.store().append(stream, head, several(1)))._unsafeUnwrapErr().kind).toBe('Conflict');
    }
    expect(await history(stream)).toEqual([]);
  });

  test('of fifty appends that create one stream at the same time, one wins and the others conflict', async () => {
    const stream = newStream();
    const tries = Array.from({ length: 50 }, () => several(1));
    const outcomes = await Promise.all(tries.map((events) => opened.store().append(stream, emptyHead, events)));
    const winners = outcomes.filter((outcome) => outcome.isOk());
    expect(winners).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.isErr()).map((outcome) => outcome.error.kind)).toEqual(Array.from({ length: 49 }, () => 'Conflict'));
    expect(await history(stream)).toMatchObject(winners[0]?._unsafeUnwrap().events ?? []);
  });

  test('racing batches are written whole or not at all', async () => {
    const stream = newStream();
    const batches = Array.from({ length: 10 }, () => several(7));
    const outcomes = await Promise.all(batches.map((events) => opened.store().append(stream, emptyHead, events)));
    const winner = batches[outcomes.findIndex((outcome) => outcome.isOk())] ?? [];
    expect(idsOf(await history(stream))).toEqual(idsOf(winner));
  });

  test('an append over the limit is refused before it is sent, one just under it is written', async () => {
    const stream = newStream();
    const refused = await opened.store().append(stream, emptyHead, [toAppend(), toAppend(profileChanged('x'.repeat(appendLimitBytes)))]);
    const failure = refused._unsafeUnwrapErr();
    expect(failure).toMatchObject({ kind: 'EventTooLarge', stream, limit: appendLimitBytes });
    expect(failure.kind === 'EventTooLarge' && failure.bytes).toBeGreaterThan(appendLimitBytes);
    expect(await history(stream)).toEqual([]);

    const large = 'é'.repeat(appendLimitBytes / 2 - 1_000);
    await append(stream, emptyHead, [toAppend(profileChanged(large))]);
    expect(await history(stream)).toMatchObject([{ event: profileChanged(large) }]);
  });
};
