import type pg from 'pg';
import type { Clock } from '../../application/ports/clock.ts';
import { apiKeysChannel, keysVersion, liveKeyRow, liveKeys, versionRow, type LiveKey } from './api-key-rows.ts';
import { backoff, createLoop, type LoopHealth } from './background-loop.ts';
import { rowsOf } from './database.ts';
import { openOwnConnection, type OwnConnection } from './own-connection.ts';

/** A copy of all live keys, never trusted beyond the age at which a revoked key must be refused. */
export interface LiveApiKeys {
  start(): void;
  stop(): Promise<void>;
  health(): LoopHealth & Readonly<{ listening: boolean }>;
}

export interface CopyOfApiKeys extends LiveApiKeys {
  /** Undefined when the copy does not know the key, or is too old to say. */
  find(id: string): LiveKey | undefined;
  /** Takes a key out at once, without waiting for the next look. */
  forget(id: string): void;
}

const pollMillis = 400;
const oldestMillis = 1_000;

type Copy = Readonly<{ version: string; keys: Map<string, LiveKey>; takenAt: number }>;

export const createLiveApiKeys = (pool: pg.Pool, clock: Clock): CopyOfApiKeys => {
  let copy: Copy | undefined;
  let ear: OwnConnection | undefined;

  const refresh = async (): Promise<void> => {
    // Age counts from before the question: whatever was revoked by then is not in the answer.
    const takenAt = clock.monotonicMillis();
    const [{ version } = { version: '' }] = await rowsOf(pool, keysVersion, [], versionRow);
    if (copy?.version === version) {
      copy = { ...copy, takenAt };
      return;
    }
    const keys = await rowsOf(pool, liveKeys, [], liveKeyRow);
    copy = { version, keys: new Map(keys.map((live) => [live.key.id, live])), takenAt };
  };

  const listen = async (): Promise<void> => {
    if (ear?.alive === true) return;
    ear = await openOwnConnection(pool, () => loop.wake());
    ear.client.on('notification', () => loop.wake());
    await ear.client.query(`listen ${apiKeysChannel}`);
  };

  const loop = createLoop({
    turn: async () => {
      await refresh();
      await listen();
      return pollMillis;
    },
    pauseAfterFailure: backoff(100, pollMillis),
  });

  return {
    start: () => loop.start(),
    stop: async () => {
      await loop.stop();
      await ear?.close();
      ear = undefined;
      copy = undefined;
    },
    find: (id) => (copy !== undefined && clock.monotonicMillis() - copy.takenAt < oldestMillis ? copy.keys.get(id) : undefined),
    forget: (id) => void copy?.keys.delete(id),
    health: () => ({ ...loop.health(), listening: ear?.alive === true }),
  };
};
