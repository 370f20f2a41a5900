import { z } from 'zod';
import { NoAnswerInTime } from './failures.ts';
import type { Followed } from './follow-log.ts';
import type { Place } from './places.ts';
import { placeOfSent, type Sent, type SentEvent } from './sent-event.ts';

export type Taken<Entry> =
  /** In the log's order. `at` is the place of the last event, wanted or not. */
  | Readonly<{ kind: 'events'; entries: readonly Entry[]; at: Place }>
  /** The subscription has ended, gracefully or not. */
  | Readonly<{ kind: 'dropped'; error: Error | null }>
  | Readonly<{ kind: 'aborted' }>;

export interface SubscriptionReader<Entry> {
  /** Waits for one event at least, then takes what comes with it, with as many entries as the limit says. */
  take(limit: number): Promise<Taken<Entry>>;
  /** Whether the next event is here already. */
  more(): boolean;
  /** Whether the server has answered. */
  confirmed(): boolean;
  close(): void;
}

/** Lets the events of one append, and of a busy moment, gather into one batch. */
const restMillis = 3;
/** Wanted or not: while others write without a rest, what they write is not gathered for ever. */
const mostAtOnce = 5_000;

// What a stream of Node gives has no type; this one's gives only these.
const ofSubscription = z.custom<Sent | null>();
const sentOrNone = (read: unknown): Sent | null => (read === null ? null : ofSubscription.parse(read));

const ignore = (): void => undefined;

/** Lets go of a call: the client keeps it until everything that came with it has been read. */
const letGo = ({ stream }: Followed): void => {
  stream.removeAllListeners('readable');
  stream.on('error', ignore).resume();
  stream.cancel();
};

/**
 * Pulls from a subscription: what is slow here holds the server back, and every kind of end shows as an end.
 * @param opening the client looks for a node first, and nobody waits for that longer than for a confirmation
 * @param entryOf null for what nobody wants. Asked as each event comes: the server goes on sending meanwhile, which it
 *   would not while a whole batch is looked at
 */
export const readSubscription = <Entry>(
  opening: Promise<Followed>,
  entryOf: (event: SentEvent) => Entry | null,
  openMillis: number,
  signal: AbortSignal,
): SubscriptionReader<Entry> => {
  let followed: Followed | null = null;
  let closed = false;
  let confirmed = false;
  let ahead: SentEvent | null = null;
  let ended: Readonly<{ error: Error | null }> | null = null;
  let wake = ignore;
  const end = (error: Error | null): void => {
    ended ??= { error };
    wake();
  };
  const timer = setTimeout(() => end(new NoAnswerInTime()), openMillis);
  const stop = (): void => wake();
  signal.addEventListener('abort', stop);
  const confirm = (): void => {
    confirmed = true;
    clearTimeout(timer);
  };
  const begin = (opened: Followed): void => {
    if (closed) return letGo(opened);
    followed = opened;
    opened.stream
      .on('readable', () => wake())
      .on('error', (error: Error) => end(opened.errorOf(error)))
      .on('end', () => end(null))
      .on('close', () => end(null));
  };
  opening.then(begin, end);

  /** The next event that is here. What else the server tells is passed over. */
  const next = (): SentEvent | null => {
    for (;;) {
      const sent = sentOrNone(followed?.stream.read() ?? null);
      if (sent === 'confirmation') confirm();
      if (typeof sent !== 'string') return sent;
    }
  };

  /** Resolves at the next sign of life. */
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      wake = () => {
        wake = ignore;
        resolve();
      };
    });

  return {
    take: async (limit) => {
      const entries: Entry[] = [];
      let last: SentEvent | null = null;
      let [taken, takenBefore] = [0, 0];
      let rested = false;
      let rest: NodeJS.Timeout | undefined;
      const lookWhetherRested = (): void => {
        rested = taken === takenBefore;
        takenBefore = taken;
        if (rested) wake();
        else rest?.refresh();
      };
      try {
        for (;;) {
          while (entries.length < limit && taken < mostAtOnce) {
            const sent = ahead ?? next();
            ahead = null;
            if (sent === null) break;
            taken += 1;
            last = sent;
            const entry = entryOf(sent);
            if (entry !== null) entries.push(entry);
          }
          if (signal.aborted) return { kind: 'aborted' };
          if (last !== null && (entries.length === limit || taken >= mostAtOnce || rested || ended !== null)) {
            return { kind: 'events', entries, at: placeOfSent(last) };
          }
          if (ended !== null) return { kind: 'dropped', error: ended.error };
          if (last !== null && rest === undefined) {
            takenBefore = taken;
            rest = setTimeout(lookWhetherRested, restMillis);
          }
          await change();
        }
      } finally {
        clearTimeout(rest);
      }
    },
    more: () => (ahead ??= next()) !== null,
    confirmed: () => confirmed,
    close: () => {
      closed = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      wake = ignore;
      if (followed !== null) letGo(followed);
    },
  };
};
