import { err, ok, type Result } from 'neverthrow';
import { connectionStream } from '../execution/streams.ts';
import type { Unavailable } from '../failures.ts';
import type { EventStore, StoredEvent } from '../ports/event-store.ts';
import { erasedLives } from './erased-lives.ts';
import { erasedMark, sealedMark, type SealedMark } from './shown-data.ts';

/** What stands for sealed values in an event of a connection. @param erased lives of the connection */
export const markOfLife = (stored: StoredEvent, erased: ReadonlySet<number>): SealedMark =>
  stored.readable && 'life' in stored.event.data && erased.has(stored.event.data.life) ? erasedMark : sealedMark;

/** How a publication began. Null where this version cannot read it: then it is nobody's, and its words are as they were. */
export const beginningOf = (first: StoredEvent) => (first.readable && first.event.type === 'PublicationAccepted' ? first.event.data : null);

/** What stands for sealed values in every event of a publication. */
export const markOfPublication = async (eventStore: EventStore, beginning: ReturnType<typeof beginningOf>): Promise<Result<SealedMark, Unavailable>> => {
  if (beginning === null) return ok(sealedMark);
  const erased = await erasedLives(eventStore, connectionStream(beginning.connectionId));
  return erased.isErr() ? err(erased.error) : ok(erased.value.has(beginning.life) ? erasedMark : sealedMark);
};
