import type { AllStreamRecordedEvent, AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';
import { z } from 'zod';

export type Taken =
  /** In the log's order; `more` when others are here already. */
  | Readonly<{ kind: 'events'; events: readonly AllStreamRecordedEvent[]; more: boolean }>
  /** The subscription has ended, gracefully or not. */
  | Readonly<{ kind: 'dropped'; error: Error | null }>
  | Readonly<{ kind: 'aborted' }>;

export interface SubscriptionReader {
  /** Waits for one event at least, then takes what comes with it, with as many of the wanted ones as the limit says. */
  take(limit: number, isWanted: (streamId: string) => boolean): Promise<Taken>;
  /** Whether the server has answered. */
  confirmed(): boolean;
  close(): void;
}

/** Lets the events of one append, and of a busy moment, gather into one batch. */
const restMillis = 3;
/** Wanted or not: while others write without a rest, what they write is not gathered for ever. */
const mostAtOnce = 5_000;

// What a stream of Node gives has no type; this one's gives only these.
const resolvedOrNone = z.custom<AllStreamResolvedEvent | null>();

const ignore = (): void => undefined;

/** Pulls from a subscription: what is slow here holds the server back, and every kind of end shows as an end. */
export const readSubscription = (subscription: AllStreamSubscription, openMillis: number, signal: AbortSignal): SubscriptionReader => {
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
  subscription
    .on('confirmation', () => {
      confirmed = true;
      clearTimeout(opening);
    })
    .on('readable', () => wake())
    .on('error', (error: Error) => end(error))
    .on('end', () => end(null))
    .on('close', () => end(null));

  /** Resolves at the next sign of life, or after so long. */
  const change = (millis: number | null): Promise<void> =>
    new Promise((resolve) => {
      const timer = millis === null ? undefined : setTimeout(() => wake(), millis);
      wake = () => {
        clearTimeout(timer);
        wake = ignore;
        resolve();
      };
    });

  return {
    take: async (limit, isWanted) => {
      const events: AllStreamRecordedEvent[] = [];
      let wanted = 0;
      for (;;) {
        const before = events.length;
        while (wanted < limit && events.length < mostAtOnce) {
          const next = resolvedOrNone.parse(subscription.read());
          if (next === null) break;
          if (next.event === undefined) continue;
          events.push(next.event);
          if (isWanted(next.event.streamId)) wanted += 1;
        }
        if (signal.aborted) return { kind: 'aborted' };
        const rested = before > 0 && events.length === before;
        if (wanted === limit || events.length >= mostAtOnce || rested || (events.length > 0 && ended !== null)) {
          return { kind: 'events', events, more: subscription.readableLength > 0 };
        }
        if (ended !== null) return { kind: 'dropped', error: ended.error };
        await change(events.length === 0 ? null : restMillis);
      }
    },
    confirmed: () => confirmed,
    close: () => {
      clearTimeout(opening);
      signal.removeEventListener('abort', stop);
      wake = ignore;
      // The client lets go of a subscription only when everything that came with it has been read.
      subscription.removeAllListeners('readable');
      subscription.resume();
      subscription.unsubscribe().catch(ignore);
    },
  };
};
