import { expect, it } from 'vitest';
import { runWebhookStorm } from '../support/webhook-storm.ts';

it('300 webhooks, a third of them repeated, out of order, under kills: each has its effect once', async () => {
  const outcome = await runWebhookStorm({ webhooks: 300, accounts: 12, kills: 2, seed: 1 });
  const { different, aboutStanding } = outcome;
  expect(outcome).toMatchObject({ stored: different, ignored: aboutStanding, ignoredDifferent: aboutStanding, endsOfStanding: 0, verified: 0 });
  expect(outcome.endsOfRemoved).toEqual([1, 1, 1, 1]);
});
