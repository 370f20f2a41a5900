import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { EventStore, StoredEvent } from '../ports/event-store.ts';

const pageSize = 1_000;

/** Every event of one stream, in order; none for an unknown stream. */
export const wholeStream = async (eventStore: EventStore, stream: StreamName): Promise<Result<readonly StoredEvent[], Unavailable>> => {
  const events: StoredEvent[] = [];
  for (;;) {
    const page = await eventStore.read(stream, (events.at(-1)?.revision ?? 0) + 1, pageSize);
    if (page.isErr()) return err(page.error);
    events.push(...page.value);
    if (page.value.length < pageSize) return ok(events);
  }
};
