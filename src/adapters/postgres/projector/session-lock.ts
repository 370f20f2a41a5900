import type pg from 'pg';
import { z } from 'zod';
import { rowsOf, type Connection } from '../database.ts';
import { openOwnConnection, type OwnConnection } from '../own-connection.ts';

/** An advisory lock that lives as long as its own connection. */
export interface SessionLock {
  /** Ends when the lock is known or feared to be lost. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

const heartbeatMillis = 1_000;
const silenceMillis = 3_000;

const lockId = `hashtextextended('tiktok_connections.' || $1::text, 0)`;
const probe = { name: 'session_lock.probe', text: `select pg_try_advisory_xact_lock(${lockId}) as free` };
const take = { name: 'session_lock.take', text: `select pg_try_advisory_lock(${lockId}) as free` };
const freeRow = z.object({ free: z.boolean() });

const isFree = async (connection: Connection, statement: typeof probe, name: string): Promise<boolean> =>
  (await rowsOf(connection, statement, [name], freeRow))[0]?.free === true;

const signOfLife = async (connection: Connection): Promise<void> => {
  await connection.query('select 1');
};

/** Asks the connection again and again; `dead` when no answer comes in time. Answers how to stop. */
const watch = ({ client }: OwnConnection, beat: typeof signOfLife, dead: () => void): (() => void) => {
  let timer: NodeJS.Timeout;
  const next = async (): Promise<void> => {
    const silence = setTimeout(dead, silenceMillis);
    try {
      await beat(client);
      timer = setTimeout(() => void next().catch(dead), heartbeatMillis);
    } finally {
      clearTimeout(silence);
    }
  };
  timer = setTimeout(() => void next().catch(dead), heartbeatMillis);
  return () => clearTimeout(timer);
};

/**
 * Null when another session holds the lock. Rejects when the database is away.
 * @param beat a statement over the lock's connection, sent every second; the lock is lost when it fails
 */
export const takeSessionLock = async (pool: pg.Pool, name: string, beat = signOfLife): Promise<SessionLock | null> => {
  // Who stands by asks through the pool, at the price of one statement; a connection is opened for a free lock only.
  if (!(await isFree(pool, probe, name))) return null;
  const losing = new AbortController();
  const connection = await openOwnConnection(pool, () => losing.abort());
  try {
    if (!(await isFree(connection.client, take, name))) {
      await connection.close();
      return null;
    }
  } catch (error) {
    await connection.close();
    throw error;
  }
  const stopWatching = watch(connection, beat, () => losing.abort());
  return {
    lost: losing.signal,
    release: async () => {
      stopWatching();
      await connection.close();
    },
  };
};
