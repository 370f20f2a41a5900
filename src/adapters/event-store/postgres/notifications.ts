import { setTimeout as pauseFor } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { createCoalescedSender } from './coalesced-sender.ts';
import type { WakeUp } from './wake-up.ts';

const channel = 'tiktok_connections_appended';
const betweenNotifiesMillis = 10;
const firstPauseMillis = 50;
const longestPauseMillis = 5_000;

const sessions = z.tuple([z.object({ pid: z.number() })]);

/** Rings `wakeUp` for appends of other processes and lets them know of ours. Losing it costs time, never events. */
export interface Notifications {
  /** Opens the connection, if it is not open yet, and keeps it open. */
  start(): void;
  /** After the commit of an append: one NOTIFY for all appends of a few milliseconds. */
  appended(): void;
  /** False while there is no connection: other processes' appends are then found by polling alone. */
  listening(): boolean;
  close(): Promise<void>;
}

const whenLost = (client: pg.Client): Promise<void> =>
  new Promise((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
  });

/** @param url of the database; a pooler in transaction mode does not pass notifications on */
export const createNotifications = (url: string, wakeUp: WakeUp): Notifications => {
  const closing = new AbortController();
  let connected: pg.Client | null = null;
  let running: Promise<void> | null = null;
  const sender = createCoalescedSender(betweenNotifiesMillis, async () => {
    if (connected === null) return false;
    await connected.query(`notify ${channel}`).catch(() => connected?.end());
    return true;
  });

  const listenOnce = async (): Promise<void> => {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'tiktok-connections feed',
      connectionTimeoutMillis: 3_000,
      query_timeout: 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    const lost = whenLost(client);
    const stop = (): void => void client.end().catch(() => undefined);
    closing.signal.addEventListener('abort', stop, { once: true });
    try {
      // A connect that is cut short by `end` never settles.
      const opened = await Promise.race([client.connect().then(() => true), lost.then(() => false)]);
      if (!opened) return;
      const [{ pid }] = sessions.parse((await client.query('select pg_backend_pid() as pid')).rows);
      client.on('notification', ({ processId }) => {
        if (processId !== pid) wakeUp.ring();
      });
      // A NOTIFY takes a transaction id: while it waited for the disk, feeds would be held back by it.
      await client.query('set synchronous_commit = off');
      await client.query(`listen ${channel}`);
      connected = client;
      // What was appended while nobody listened.
      wakeUp.ring();
      sender.retry();
      await lost;
    } finally {
      connected = null;
      // Feeds that sleep as long as one may while notifications come go over to polling.
      wakeUp.ring();
      closing.signal.removeEventListener('abort', stop);
      stop();
    }
  };

  const keepListening = async (): Promise<void> => {
    for (let pause = firstPauseMillis; !closing.signal.aborted; pause = Math.min(pause * 2, longestPauseMillis)) {
      const attempt = await listenOnce().then(
        () => 'lost',
        () => 'refused',
      );
      if (attempt === 'lost') pause = firstPauseMillis;
      await pauseFor(pause, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };

  return {
    start: () => {
      running ??= keepListening();
    },
    appended: () => {
      running ??= keepListening();
      sender.want();
    },
    listening: () => connected !== null,
    close: async () => {
      closing.abort();
      sender.stop();
      await running;
    },
  };
};
