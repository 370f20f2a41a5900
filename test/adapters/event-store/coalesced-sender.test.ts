import { expect, test } from 'vitest';
import { createCoalescedSender } from '../../../src/adapters/event-store/postgres/coalesced-sender.ts';

const patience = { timeout: 10_000, interval: 1 };

/** Sends that stay under way until they are answered. */
const manualSends = () => {
  const answers: ((sent: boolean) => void)[] = [];
  const send = (): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answers.push(resolve);
    return promise;
  };
  return { answers, send };
};

test('wants of the same moment become one send', async () => {
  const { answers, send } = manualSends();
  const sender = createCoalescedSender(1, send);
  for (let want = 0; want < 100; want += 1) sender.want();
  await expect.poll(() => answers.length, patience).toBe(1);
  answers[0]?.(true);
  sender.stop();
});

test('a want during a send is sent after it, not with it', async () => {
  const { answers, send } = manualSends();
  const sender = createCoalescedSender(1, send);
  sender.want();
  await expect.poll(() => answers.length, patience).toBe(1);
  sender.want();
  sender.want();
  expect(answers).toHaveLength(1);
  answers[0]?.(true);
  await expect.poll(() => answers.length, patience).toBe(2);
  sender.stop();
});

test('what could not be sent is sent by a retry', async () => {
  const { answers, send } = manualSends();
  const sender = createCoalescedSender(1, send);
  sender.want();
  await expect.poll(() => answers.length, patience).toBe(1);
  answers[0]?.(false);
  await Promise.resolve();
  sender.retry();
  await expect.poll(() => answers.length, patience).toBe(2);
  answers[1]?.(true);
  await Promise.resolve();
  sender.retry();
  sender.want();
  await expect.poll(() => answers.length, patience).toBe(3);
  sender.stop();
});
