import { err, ok, type Result } from 'neverthrow';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type pg from 'pg';
import type { Logger } from 'pino';
import { announce, type Announcement } from './announce.ts';
import { openDatabase } from './database.ts';
import { layGround } from './ground.ts';
import { openTikTokSide } from './open-tiktok-side.ts';
import type { Serving } from './serving.ts';
import type { Settings } from './settings/read-settings.ts';
import { createStops, type Stops } from './stops.ts';

export type RunningService = Serving &
  Readonly<{
    announcement: Announcement;
    stop: () => Promise<void>;
  }>;

type Begun = Serving & Pick<RunningService, 'announcement'>;

/**
 * Connecting takes several answers of the server, and loading modules keeps the processor to itself: so connecting begins
 * first, and what is loaded meanwhile leaves turns for it.
 */
const beginToConnect = (pool: pg.Pool): void => {
  const released = (client: pg.PoolClient): void => client.release();
  // Why there is no connection is said by what asks the database next.
  void pool.connect().then(released, () => undefined);
};

const begin = async (settings: Settings, log: Logger, stops: Stops): Promise<Result<Begun, string>> => {
  const database = await openDatabase(settings, false);
  if (database.isErr()) return err(database.error);
  stops.add('database', database.value.stop);
  const tiktokSide = await openTikTokSide(settings);
  if (tiktokSide.isErr()) return err(tiktokSide.error);
  stops.add('simulator', tiktokSide.value.stop);
  const ground = layGround({ settings, databaseUrl: database.value.url, tiktokSide: tiktokSide.value, log });
  stops.add('pool', () => ground.get('pool').end());
  beginToConnect(ground.get('pool'));
  await nextTurn();
  const { startServing } = await import('./serving.ts');
  const serving = await startServing(ground, log, stops);
  return serving.map(({ loaded }) => ({ loaded, announcement: announce(settings, database.value, tiktokSide.value) }));
};

/** Answers once the service is ready. Starts everything in order, or nothing: what had been started before a failure is stopped again. */
export const startService = async (settings: Settings, log: Logger): Promise<Result<RunningService, string>> => {
  const stops = createStops(log);
  const begun = await begin(settings, log, stops);
  if (begun.isErr()) {
    await stops.run();
    return err(begun.error);
  }
  const { loaded, announcement } = begun.value;
  const stop = async (): Promise<void> => {
    await Promise.allSettled([loaded]);
    await stops.run();
  };
  return ok({ loaded, announcement, stop });
};
