import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { EventStore } from '../ports/event-store.ts';

const pageSize = 1_000;

/** Lives of a connection that its history says are erased, as of now. Events nobody can read erase nothing. */
export const erasedLives = async (eventStore: EventStore, stream: StreamName): Promise<Result<ReadonlySet<number>, Unavailable>> => {
  const erased = new Set<number>();
  for (let from = 1; ; from += pageSize) {
    const page = await eventStore.read(stream, from, pageSize);
    if (page.isErr()) return err(page.error);
    for (const stored of page.value) {
      if (stored.readable && stored.event.type === 'PersonalDataErased') stored.event.data.lives.forEach((life) => erased.add(life));
    }
    if (page.value.length < pageSize) return ok(erased);
  }
};
