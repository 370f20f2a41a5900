import { setTimeout as pauseFor } from 'node:timers/promises';
import type { EventStoreDBClient, StreamingRead } from '@eventstore/db-client';
import type { CallOptions, SendAppend } from './append-request.ts';
import type { StoreAddress } from './connection-string.ts';
import { isNotLeader, NoAnswerInTime } from './failures.ts';
import type { FollowLog } from './follow-log.ts';

export interface StoreConnection {
  /** Makes a call. A node that does not lead names the one that does: the same call goes there. */
  call<Answer>(make: (client: EventStoreDBClient, options: CallOptions) => Promise<Answer>): Promise<Answer>;
  /** Likewise: an append that is made again is found to stand there by its ids. */
  readonly append: SendAppend;
  readonly follow: FollowLog;
  close(): Promise<void>;
}

// Given credentials, the client sends an append as a call of its own. On an insecure channel they are not sent.
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

type Opened = Readonly<{ client: EventStoreDBClient; append: SendAppend; follow: FollowLog }>;

export const openConnection = ({ connectionString, credentials }: StoreAddress): StoreConnection => {
  const options = { credentials: credentials ?? nobody, requiresLeader: true };
  let opened: Promise<Opened> | null = null;
  const open = async (): Promise<Opened> => {
    const [{ EventStoreDBClient: library }, { openAppendLine }, { openFeedLine }] = await Promise.all([
      import('@eventstore/db-client'),
      import('./append-line.ts'),
      import('./feed-line.ts'),
    ]);
    const client = library.connectionString(connectionString);
    return { client, append: openAppendLine(client, options), follow: openFeedLine(client, options) };
  };
  const atLeader = async <Answer>(make: (opened: Opened) => Promise<Answer>): Promise<Answer> => {
    for (let tries = 1; ; tries += 1) {
      try {
        opened ??= open();
        return await make(await opened);
      } catch (error) {
        if (!isNotLeader(error) || tries === triesForLeader) throw error;
        await pauseFor(turnMillis);
      }
    }
  };
  return {
    call: (make) => atLeader(({ client }) => make(client, options)),
    append: (request) => atLeader(({ append }) => append(request)),
    follow: (following) => atLeader(({ follow }) => follow(following)),
    close: async () => {
      const closing = opened;
      opened = null;
      // The client waits for answers that may never come.
      if (closing !== null) await within(closeMillis, closing.then(({ client }) => client.dispose())).catch(ignore);
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
