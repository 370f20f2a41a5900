import { expect, it } from 'vitest';
import { runWebhookStorm } from '../support/webhook-storm.ts';

const webhooks = process.env['LONG'] === 'short' ? 1_500 : 10_000;
const kills = process.env['LONG'] === 'short' ? 5 : 25;
const seed = Number(process.env['SEED'] ?? 1);

it(`${webhooks} webhooks, 30 % of them repeated, out of order, under ${kills} kills: each has its effect once`, async () => {
  const outcome = await runWebhookStorm({ webhooks, accounts: 60, kills, seed });
  const { different, aboutStanding } = outcome;
  expect(outcome).toMatchObject({ stored: different, ignored: aboutStanding, ignoredDifferent: aboutStanding, endsOfStanding: 0, verified: 0 });
  expect(outcome.endsOfRemoved).toEqual(Array.from({ length: 20 }, () => 1));
  expect(outcome.cut).toBeGreaterThan(0);
});
