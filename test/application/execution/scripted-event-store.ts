import { errAsync, type ResultAsync } from 'neverthrow';
import type { StreamName } from '../../../src/application/ports/event-names.ts';
import type { Appended, AppendFailure, EventStore, EventToAppend, StreamHead } from '../../../src/application/ports/event-store.ts';

/** What becomes of one append: `written, no answer` is written all the same. */
export type Fate = 'as usual' | 'written, no answer' | 'not written, no answer' | AppendFailure;

type AppendCall = Readonly<{ stream: StreamName; head: StreamHead; events: readonly EventToAppend[] }>;

export interface ScriptedEventStore extends EventStore {
  /** Every append, as text. */
  readonly appends: readonly string[];
}

/** A store whose appends meet the given fates in order, and those after the last one the last fate. */
export const scripted = (store: EventStore, ...fates: readonly Fate[]): ScriptedEventStore => {
  const appends: string[] = [];
  const append = (call: AppendCall, fate: Fate): ResultAsync<Appended, AppendFailure> => {
    const lost: AppendFailure = { kind: 'OutcomeUnknown', stream: call.stream };
    switch (fate) {
      case 'as usual':
        return store.append(call.stream, call.head, call.events);
      case 'written, no answer':
        return store.append(call.stream, call.head, call.events).andThen(() => errAsync(lost));
      case 'not written, no answer':
        return errAsync(lost);
      default:
        return errAsync(fate);
    }
  };
  return {
    ...store,
    appends,
    append: (stream, head, events) => {
      const fate = fates[Math.min(appends.length, fates.length - 1)] ?? 'as usual';
      appends.push(JSON.stringify({ stream, head, events }));
      return append({ stream, head, events }, fate);
    },
  };
};
