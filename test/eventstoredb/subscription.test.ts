import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { NoAnswerInTime } from '../../src/adapters/event-store/eventstoredb/failures.ts';
import type { Followed } from '../../src/adapters/event-store/eventstoredb/follow-log.ts';
import type { Sent } from '../../src/adapters/event-store/eventstoredb/sent-event.ts';
import { readSubscription, type SubscriptionReader } from '../../src/adapters/event-store/eventstoredb/subscription.ts';
import { sentEventAt } from '../support/sent-events.ts';

/** A call that is sent what a test says. It ends with an error as the client's do: said, and then as any end. */
const openCall = () => {
  let cancelled = 0;
  const stream = new Readable({ objectMode: true, read: () => undefined });
  const fail = (error: Error): void => {
    stream.push(null);
    stream.emit('error', error);
  };
  const cancel = (): void => {
    cancelled += 1;
    if (!stream.readableEnded) fail(new Error('cancelled'));
  };
  const followed: Followed = { stream: Object.assign(stream, { cancel }), errorOf: (error) => new Error(`told: ${error.message}`) };
  const send = (...sent: readonly Sent[]): void => {
    for (const one of sent) stream.push(one);
  };
  return { stream, followed, send, fail, cancelled: () => cancelled };
};

const long = 60_000;
const readFrom = (opening: Promise<Followed>, openMillis = long, signal = new AbortController().signal): SubscriptionReader<number> =>
  readSubscription(opening, ({ revision }) => revision, openMillis, signal);

const never = Promise.withResolvers<Followed>().promise;

/** As `once`, but what fails meanwhile is no reason to give up. */
const ended = ({ stream }: ReturnType<typeof openCall>): Promise<void> => new Promise((resolve) => {
    stream.on('end', resolve);
  });

test('what is no event is passed over, and is not more that comes', async () => {
  const call = openCall();
  const reader = readFrom(Promise.resolve(call.followed));
  call.send('confirmation', sentEventAt(1), 'other', sentEventAt(2), 'other', 'other');
  expect(await reader.take(2)).toEqual({ kind: 'events', entries: [1, 2], at: { commit: 2n, prepare: 2n } });
  expect([reader.confirmed(), reader.more()]).toEqual([true, false]);
  reader.close();
});

test('an event that is seen to come is taken next, in its place', async () => {
  const call = openCall();
  const reader = readFrom(Promise.resolve(call.followed));
  call.send('confirmation', sentEventAt(1), 'other', sentEventAt(2), sentEventAt(3));
  expect(await reader.take(1)).toMatchObject({ entries: [1] });
  expect([reader.more(), reader.more()]).toEqual([true, true]);
  expect(await reader.take(10)).toMatchObject({ entries: [2, 3] });
  expect(reader.more()).toBe(false);
  reader.close();
});

test('a call that fails before it is confirmed is dropped with what the server told', async () => {
  const call = openCall();
  const reader = readFrom(Promise.resolve(call.followed));
  const taking = reader.take(10);
  await pause(1);
  call.fail(new Error('not leader'));
  expect(await taking).toEqual({ kind: 'dropped', error: new Error('told: not leader') });
  expect(reader.confirmed()).toBe(false);
  reader.close();
});

test('what came before a failure is given before it', async () => {
  const call = openCall();
  const reader = readFrom(Promise.resolve(call.followed));
  call.send('confirmation', sentEventAt(1), sentEventAt(2), sentEventAt(3));
  expect(await reader.take(1)).toMatchObject({ entries: [1] });
  expect(reader.more()).toBe(true);
  call.fail(new Error('reset'));
  expect(await reader.take(10)).toMatchObject({ kind: 'events', entries: [2, 3] });
  expect(await reader.take(10)).toEqual({ kind: 'dropped', error: new Error('told: reset') });
  expect(reader.confirmed()).toBe(true);
  reader.close();
});

test('a call that ends without an error is dropped without one', async () => {
  const call = openCall();
  const reader = readFrom(Promise.resolve(call.followed));
  call.send('confirmation');
  call.stream.push(null);
  expect(await reader.take(10)).toEqual({ kind: 'dropped', error: null });
  reader.close();
});

test('a call that cannot be made is dropped with the reason', async () => {
  const reader = readFrom(Promise.reject(new Error('Failed to discover')));
  expect(await reader.take(10)).toEqual({ kind: 'dropped', error: new Error('Failed to discover') });
  expect(reader.confirmed()).toBe(false);
  reader.close();
});

test.each([
  ['is made', () => Promise.resolve(openCall().followed)],
  ['finds no node', () => never],
])('a call that %s and is not confirmed in time is dropped', async (_what, open) => {
  const reader = readFrom(open(), 5);
  expect(await reader.take(10)).toEqual({ kind: 'dropped', error: new NoAnswerInTime() });
  reader.close();
});

test.each([
  ['waits for events', () => Promise.resolve(openCall().followed)],
  ['looks for a node', () => never],
])('a reader that %s is told at once that it is to stop', async (_what, open) => {
  const ending = new AbortController();
  const reader = readFrom(open(), long, ending.signal);
  const taking = reader.take(10);
  await pause(1);
  ending.abort();
  expect(await taking).toEqual({ kind: 'aborted' });
  reader.close();
});

test('a call that is made when nobody waits for it any more is let go', async () => {
  const call = openCall();
  const opening = Promise.withResolvers<Followed>();
  const reader = readFrom(opening.promise);
  reader.close();
  opening.resolve(call.followed);
  await ended(call);
  expect(call.cancelled()).toBe(1);
});

test('a call that is closed with events unread is read to its end, for the client keeps it until then', async () => {
  const call = openCall();
  const reader = readFrom(Promise.resolve(call.followed));
  call.send('confirmation', ...Array.from({ length: 40 }, (_, place) => sentEventAt(place)));
  expect(await reader.take(1)).toMatchObject({ entries: [0] });
  const atEnd = ended(call);
  reader.close();
  await atEnd;
  expect([call.cancelled(), call.stream.readableLength]).toEqual([1, 0]);
});
