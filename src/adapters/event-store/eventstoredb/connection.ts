import { setTimeout as pauseFor } from 'node:timers/promises';
import type { BaseOptions, EventStoreDBClient, StreamingRead } from '@eventstore/db-client';
import type { StoreAddress } from './connection-string.ts';
import { isNotLeader, NoAnswerInTime } from './failures.ts';

/** What every call is made with: reads from a follower may be stale. */
export type CallOptions = Required<Pick<BaseOptions, 'credentials' | 'requiresLeader'>>;

export interface StoreConnection {
  /** Makes a call. A node that does not lead names the one that does: the same call goes there. */
  call<Answer>(make: (client: EventStoreDBClient, options: CallOptions) => Promise<Answer>): Promise<Answer>;
  close(): Promise<void>;
}

// Given credentials, the client sends each append as a call of its own. Without them appends of all clients share one
// stream, whose failure rejects them all, and whose late answers are thrown where nobody catches. On an insecure
// channel they are not sent.
const nobody = { username: 'nobody', password: 'nobody' };

const ignore = (): void => undefined;

/** Resolves with the work, or fails after so long; what becomes of the work then is nobody's business. */
export const within = <Answer>(millis: number, work: Promise<Answer>): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswerInTime()), millis);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });

const triesForLeader = 3;
/** The client turns to the leader a moment after it has been told. */
const turnMillis = 20;
const closeMillis = 1_000;

export const openConnection = ({ connectionString, credentials }: StoreAddress): StoreConnection => {
  let opened: Promise<EventStoreDBClient> | null = null;
  const client = (): Promise<EventStoreDBClient> => {
    opened ??= import('@eventstore/db-client').then((library) => library.EventStoreDBClient.connectionString(connectionString));
    return opened;
  };
  const options = { credentials: credentials ?? nobody, requiresLeader: true };
  return {
    call: async (make) => {
      for (let tries = 1; ; tries += 1) {
        try {
          return await make(await client(), options);
        } catch (error) {
          if (!isNotLeader(error) || tries === triesForLeader) throw error;
          await pauseFor(turnMillis);
        }
      }
    },
    close: async () => {
      const closing = opened;
      opened = null;
      // The client waits for answers that may never come.
      if (closing !== null) await within(closeMillis, (await closing).dispose()).catch(ignore);
    },
  };
};

/**
 * Everything that a read gives; it must have an end, for the client keeps what is left unread.
 * @param idleMillis how long the store may keep silent
 */
export const collect = async <Item>(read: StreamingRead<Item>, idleMillis: number): Promise<readonly Item[]> => {
  const items: Item[] = [];
  // A failure may still come when nobody reads any more.
  read.on('error', ignore);
  const timer = setTimeout(() => read.destroy(new NoAnswerInTime()), idleMillis);
  try {
    for await (const item of read) {
      timer.refresh();
      items.push(item);
    }
    return items;
  } finally {
    clearTimeout(timer);
    if (read.errored !== null) read.cancel().catch(ignore);
  }
};
