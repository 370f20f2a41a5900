import { expect, test } from 'vitest';
import { emptyHead } from '../../../src/application/ports/event-store.ts';
import type { OpenLog } from './open-log.ts';
import { newStream, profileChanged, several, toAppend } from '../sample-events.ts';
import { idsOf, storeForEachTest } from './opened-store.ts';

export const repeatContract = (open: OpenLog): void => {
  const opened = storeForEachTest(open);
  const { append, history, fed } = opened;

  test('gives the first answer again and writes nothing', async () => {
    const stream = newStream();
    const events = several(3);
    const first = await append(stream, emptyHead, events);
    expect(await append(stream, emptyHead, events)).toEqual(first);
    expect(await history(stream)).toMatchObject(first.events);
    expect(await fed()).toMatchObject(first.events);
  });

  test('does so in the middle of a stream, also after later appends', async () => {
    const stream = newStream();
    const created = await append(stream, emptyHead, several(1));
    const events = several(2);
    const first = await append(stream, created.head, events);
    await append(stream, first.head, several(2));
    expect(await append(stream, created.head, events)).toEqual(first);
    expect(await history(stream)).toHaveLength(5);
  });

  test('does so for the beginning of a batch', async () => {
    const stream = newStream();
    const events = several(3);
    const first = await append(stream, emptyHead, events);
    const again = await append(stream, emptyHead, events.slice(0, 2));
    expect(again.events).toEqual(first.events.slice(0, 2));
    expect(again.head).toEqual({ revision: 2, hash: first.events[1]?.hash });
    expect(await history(stream)).toHaveLength(3);
  });

  test('does so for two appends repeated as one', async () => {
    const stream = newStream();
    const events = several(3);
    const first = await append(stream, emptyHead, events.slice(0, 2));
    const second = await append(stream, first.head, events.slice(2));
    expect((await append(stream, emptyHead, events)).events).toEqual([...first.events, ...second.events]);
  });

  test('is a conflict when only the beginning of the batch was written', async () => {
    const stream = newStream();
    const events = several(3);
    await append(stream, emptyHead, events.slice(0, 2));
    expect((await opened.store().append(stream, emptyHead, events))._unsafeUnwrapErr().kind).toBe('Conflict');
    expect(idsOf(await history(stream))).toEqual(idsOf(events.slice(0, 2)));
  });

  test('is a conflict when the ids stand in another order, or behind another head', async () => {
    const stream = newStream();
    const events = several(2);
    const created = await append(stream, emptyHead, several(1));
    await append(stream, created.head, events);
    const reversed = await opened.store().append(stream, created.head, events.toReversed());
    const elsewhere = await opened.store().append(stream, emptyHead, events);
    const otherHash = await opened.store().append(stream, { revision: 1, hash: null }, events);
    expect([reversed, elsewhere, otherHash].map((outcome) => outcome._unsafeUnwrapErr().kind)).toEqual(['Conflict', 'Conflict', 'Conflict']);
    expect(await history(stream)).toHaveLength(3);
  });

  test('answers what was written first when the same ids come with other bytes', async () => {
    const stream = newStream();
    const event = toAppend(profileChanged('sealed once'));
    const first = await append(stream, emptyHead, [event]);
    const again = await append(stream, emptyHead, [{ ...event, event: profileChanged('sealed anew') }]);
    expect(again).toEqual(first);
    expect(await history(stream)).toMatchObject(first.events);
  });

  test('has one effect when the same append comes twenty times at once', async () => {
    const stream = newStream();
    const events = several(2);
    const answers = await Promise.all(Array.from({ length: 20 }, () => append(stream, emptyHead, events)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(await fed()).toMatchObject(answers[0]?.events ?? []);
  });
};
