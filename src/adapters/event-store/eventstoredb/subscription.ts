import { z } from 'zod';
import type { Followed } from './follow-log.ts';
import type { Place } from './places.ts';
import { placeOfSent, type Sent, type SentEvent } from './sent-event.ts';

export type Taken<Entry> =
  /** In the log's order; `more` when others are here already. `at` is the place of the last event, wanted or not. */
  | Readonly<{ kind: 'events'; entries: readonly Entry[]; at: Place; more: boolean }>
  /** The subscription has ended, gracefully or not. */
  | Readonly<{ kind: 'dropped'; error: Error | null }>
  | Readonly<{ kind: 'aborted' }>;

export interface SubscriptionReader<Entry> {
  /** Waits for one event at least, then takes what comes with it, with as many entries as the limit says. */
  take(limit: number): Promise<Taken<Entry>>;
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

/**
 * Pulls from a subscription: what is slow here holds the server back, and every kind of end shows as an end.
 * @param entryOf null for what nobody wants. Asked as each event comes: the server goes on sending meanwhile, which it
 *   would not while a whole batch is looked at
 */
export const readSubscription = <Entry>(
  { stream, errorOf }: Followed,
  entryOf: (event: SentEvent) => Entry | null,
  openMillis: number,
  signal: AbortSignal,
): SubscriptionReader<Entry> => {
  let confirmed = false;
  let ended: Readonly<{ error: Error | null }> | null = null;
  let wake = ignore;
  const end = (error: Error | null): void => {
    ended ??= { error };
    wake();
  };
  const opening = setTimeout(() => end(new Error('no confirmation in time')), openMillis);
  const stop = (): void => wake();
  signal.addEventListener('abort', stop);
  const confirm = (): void => {
    confirmed = true;
    clearTimeout(opening);
  };
  stream
    .on('readable', () => wake())
    .on('error', (error: Error) => end(errorOf(error)))
    .on('end', () => end(null))
    .on('close', () => end(null));

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
            const sent = sentOrNone(stream.read());
            if (sent === null) break;
            if (sent === 'confirmation') confirm();
            if (typeof sent === 'string') continue;
            taken += 1;
            last = sent;
            const entry = entryOf(sent);
            if (entry !== null) entries.push(entry);
          }
          if (signal.aborted) return { kind: 'aborted' };
          if (last !== null && (entries.length === limit || taken >= mostAtOnce || rested || ended !== null)) {
            return { kind: 'events', entries, at: placeOfSent(last), more: stream.readableLength > 0 };
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
    confirmed: () => confirmed,
    close: () => {
      clearTimeout(opening);
      signal.removeEventListener('abort', stop);
      wake = ignore;
      // The client lets go of a subscription only when everything that came with it has been read.
      stream.removeAllListeners('readable');
      stream.resume();
      stream.cancel();
    },
  };
};
