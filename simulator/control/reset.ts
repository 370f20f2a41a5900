import type { FastifyInstance } from 'fastify';
import { realTime } from '../world/clock.ts';
import { clearPublishing } from '../world/publishing.ts';
import { seededAccounts } from '../world/seeded-accounts.ts';
import { defaultSettings } from '../world/settings.ts';
import type { Service } from '../wire/serve.ts';

/** Back to the beginning, but for the apps: no grants, no faults, no calls, the seeded accounts, the real time. */
export function resetRoute(control: FastifyInstance, { simulation: { world }, faults, calls, deliveries }: Service): void {
  control.post('/reset', async () => {
    for (const map of [world.grants, world.codes, world.accessTokens, world.refreshTokens, world.serials, world.accounts]) map.clear();
    clearPublishing(world.publishing);
    for (const account of seededAccounts(world.seed)) world.accounts.set(account.id, account);
    world.clock = realTime;
    world.settings = defaultSettings;
    faults.clear();
    calls.clear();
    world.outbox.length = 0;
    deliveries.clear();
    return { reset: true };
  });
}
