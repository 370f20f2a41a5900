import { err, ok, type Result } from 'neverthrow';
import { expect, it } from 'vitest';
import { appendForGood } from '../../../src/application/execution/append-for-good.ts';
import { unavailable, type Unavailable } from '../../../src/application/failures.ts';
import type { UnreadableHistory } from '../../../src/application/execution/load.ts';
import { streamName } from '../../../src/application/ports/event-names.ts';

type Failure = Unavailable | UnreadableHistory | Readonly<{ kind: 'NotConnected' }>;

const unreadable: UnreadableHistory = { kind: 'UnreadableHistory', stream: streamName('tiktok_connection-1'), revision: 7, reason: 'a type of newer code' };

const appendingWith = async (...answers: readonly Result<string, Failure>[]) => {
  const pauses: number[] = [];
  const clock = { sleep: (millis: number) => Promise.resolve(void pauses.push(millis)) };
  let next = 0;
  const outcome = await appendForGood<string, Failure>(clock, () => Promise.resolve(answers[next++] ?? err({ kind: 'NotConnected' })));
  return { outcome, pauses };
};

it('tries again while the store is away or the history is unreadable, with longer and longer pauses', async () => {
  const { outcome, pauses } = await appendingWith(err(unavailable('event_store', 'away')), err(unreadable), err(unreadable), ok('kept'));
  expect(outcome).toEqual(ok('kept'));
  expect(pauses).toEqual([100, 200, 400]);
});

it('takes a refusal of the decider for an answer', async () => {
  const { outcome, pauses } = await appendingWith(err({ kind: 'NotConnected' }), ok('never'));
  expect(outcome).toEqual(err({ kind: 'NotConnected' }));
  expect(pauses).toEqual([]);
});
