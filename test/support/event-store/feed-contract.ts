import { expect, test } from 'vitest';
import { checkpoint, streamName } from '../../../src/application/ports/event-names.ts';
import { emptyHead, isBeyondEnd } from '../../../src/application/ports/event-store.ts';
import type { OpenLog } from './open-log.ts';
import { newStream, several } from '../sample-events.ts';
import { expectRising, feedOptions, fill, idsOf, storeForEachTest } from './opened-store.ts';

export const feedContract = (open: OpenLog): void => {
  const opened = storeForEachTest(open);
  const { append, batches, fed, history } = opened;

  /** Three streams, appended to in turn. */
  const someHistory = async (): Promise<readonly string[]> => {
    const written: string[] = [];
    const heads = [newStream(), newStream(), newStream()].map((stream) => ({ stream, head: emptyHead }));
    for (let round = 0; round < 4; round += 1) {
      for (const at of heads) {
        const appended = await append(at.stream, at.head, several(1 + (round % 3)));
        at.head = appended.head;
        written.push(...idsOf(appended.events));
      }
    }
    return written;
  };

  test('an empty store gives one empty batch that has caught up', async () => {
    const [batch, ...more] = await batches();
    expect(more).toEqual([]);
    expect(batch).toMatchObject({ events: [], caughtUp: true });
    expect(await fed({ after: batch?.checkpoint ?? null })).toEqual([]);
  });

  test('appends made one after the other come in that order, each event once', async () => {
    const written = await someHistory();
    expect(idsOf(await fed())).toEqual(written);
  });

  test('events come as a read of their stream gives them', async () => {
    const stream = newStream();
    await fill(opened, stream, [several(2), several(3)]);
    expect(await fed()).toEqual(await history(stream));
  });

  test('batches hold as many events as asked for, and the last has caught up', async () => {
    const written = await someHistory();
    const given = await batches({ batchSize: 5 });
    for (const { events } of given) expect(events.length).toBeLessThanOrEqual(5);
    expect(given.slice(0, -1).every(({ caughtUp }) => !caughtUp)).toBe(true);
    expect(given.at(-1)?.caughtUp).toBe(true);
    expect(idsOf(given.flatMap(({ events }) => events))).toEqual(written);
  });

  test('checkpoints rise bytewise, and resuming from any of them loses and repeats nothing', async () => {
    const written = await someHistory();
    const events = await fed();
    expectRising(events.map((event) => event.checkpoint));
    for (const [index, event] of events.entries()) {
      expect(idsOf(await fed({ after: event.checkpoint, batchSize: 4 }))).toEqual(written.slice(index + 1));
    }
    let seen = 0;
    for (const batch of await batches({ batchSize: 3 })) {
      seen += batch.events.length;
      expect(idsOf(await fed({ after: batch.checkpoint }))).toEqual(written.slice(seen));
    }
  });

  test('the checkpoint an append answers is that of its last event', async () => {
    const stream = newStream();
    const first = await append(stream, emptyHead, several(3));
    const second = await append(stream, first.head, several(1));
    expect(idsOf(await fed({ after: first.checkpoint }))).toEqual(idsOf(second.events));
    expect((await batches()).at(-1)?.checkpoint).toBe(second.checkpoint);
  });

  test('a filter gives the streams whose names begin with one of its prefixes, and moves past the others', async () => {
    const names = ['apple-1', 'apple-2', 'banana-1', 'ap', 'cherry-1', 'app%_-1'];
    for (let round = 0; round < 20; round += 1) {
      for (const name of names) {
        const stream = streamName(name);
        const standing = await history(stream);
        await append(stream, { revision: standing.length, hash: standing.at(-1)?.hash ?? null }, several(1));
      }
    }
    const everything = await fed();
    const startingWith = (...prefixes: string[]) => everything.filter(({ stream }) => prefixes.some((prefix) => stream.startsWith(prefix)));
    for (const prefixes of [['apple-'], ['apple-', 'cherry'], ['app%'], ['ap', 'apple'], ['nowhere']]) {
      for (const batchSize of [3, 1_000]) {
        expect(await fed({ streamPrefixes: prefixes, batchSize })).toEqual(startingWith(...prefixes));
      }
    }
    const nowhere = await batches({ streamPrefixes: ['nowhere'], batchSize: 3 });
    expect(nowhere.at(-1)).toMatchObject({ caughtUp: true, checkpoint: everything.at(-1)?.checkpoint });
    const filtered = await batches({ streamPrefixes: ['cherry'], batchSize: 2 });
    for (const batch of filtered) {
      const rest = startingWith('cherry').filter((event) => event.checkpoint > batch.checkpoint);
      expect(await fed({ streamPrefixes: ['cherry'], after: batch.checkpoint })).toEqual(rest);
    }
  });

  test('a checkpoint of another store is refused by name and gives nothing', async () => {
    const other = await open();
    const foreign: string[] = ['', 'nonsense', '12', 'pg:1:00000000000000000001:0000000000000000001', 'memory:1:000000000001', 'esdb:1:1'];
    for (const text of foreign) {
      const after = checkpoint(text);
      const given = [];
      for await (const result of opened.store().feed(feedOptions({ after }))) given.push(result);
      expect(given).toHaveLength(1);
      expect(given[0]?._unsafeUnwrapErr()).toMatchObject({ kind: 'CheckpointOfAnotherStore', checkpoint: after });
    }
    await other.close();
  });

  test('a checkpoint beyond its end is refused: what the reader has seen is gone', async () => {
    await append(newStream(), emptyHead, several(1));
    const last = (await batches()).at(-1)?.checkpoint ?? '';
    const beyond = checkpoint(last.replace(/:\d{20}:\d{19,20}$|:\d{12}$/, (place) => place.replaceAll(/\d/g, '9')));
    expect(beyond > last).toBe(true);
    const [refused, ...more] = await Array.fromAsync(opened.store().feed(feedOptions({ after: beyond })));
    expect(more).toEqual([]);
    const failure = refused?._unsafeUnwrapErr();
    expect(failure?.kind === 'CheckpointOfAnotherStore' && isBeyondEnd(failure)).toBe(true);
  });
};
