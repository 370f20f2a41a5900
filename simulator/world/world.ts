import type { SimulatedAccount } from './account.ts';
import type { Webhook } from '../webhooks/webhook.ts';
import type { SimulatedApp } from './app.ts';
import { realTime, timeOf, type ClockSetting } from './clock.ts';
import type { AccessToken, Grant, IssuedCode, RefreshToken } from './grant.ts';
import { createPublishing, type Publishing } from './publishing.ts';
import { seededAccounts } from './seeded-accounts.ts';
import { defaultSettings, type Settings } from './settings.ts';

/** Everything the simulated TikTok knows. Changed in place, always within one turn of the event loop. */
export type World = {
  readonly seed: string;
  /** How often a simulator was started on this state: keeps log ids unique over restarts. */
  readonly starts: number;
  clock: ClockSetting;
  settings: Settings;
  readonly apps: Map<string, SimulatedApp>;
  readonly accounts: Map<string, SimulatedAccount>;
  /** By `grantKey`. */
  readonly grants: Map<string, Grant>;
  readonly codes: Map<string, IssuedCode>;
  readonly accessTokens: Map<string, AccessToken>;
  readonly refreshTokens: Map<string, RefreshToken>;
  readonly serials: Map<string, number>;
  readonly publishing: Publishing;
  /** What apps are to be told; emptied into the deliveries after each call. Not kept over restarts. */
  readonly outbox: Webhook[];
};

export function createWorld(seed: string, apps: readonly SimulatedApp[]): World {
  return {
    seed,
    starts: 1,
    clock: realTime,
    settings: defaultSettings,
    apps: new Map(apps.map((app) => [app.clientKey, app])),
    accounts: new Map(seededAccounts(seed).map((account) => [account.id, account])),
    grants: new Map(),
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    serials: new Map(),
    publishing: createPublishing(),
    outbox: [],
  };
}

/** The simulated time in ms since the epoch. */
export const now = (world: World): number => timeOf(world.clock);

/** The next of an endless row of numbers, one row per name. */
export function nextSerial(world: World, name: string): number {
  const serial = (world.serials.get(name) ?? 0) + 1;
  world.serials.set(name, serial);
  return serial;
}
