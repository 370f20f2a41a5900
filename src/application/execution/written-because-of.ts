import { err, ok, type Result } from 'neverthrow';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { EventStore } from '../ports/event-store.ts';

const pageSize = 1_000;

/**
 * Whether something was written to the stream for this cause since then: asked before a request is repeated that a
 * process may have carried out before it ended without an answer.
 * @param causationId as in the metadata of events
 */
export const writtenBecauseOf = async (
  eventStore: EventStore,
  stream: StreamName,
  causationId: string,
  since: Instant,
): Promise<Result<boolean, Unavailable>> => {
  for (let from = 1; ; from += pageSize) {
    const page = await eventStore.read(stream, from, pageSize);
    if (page.isErr()) return err(page.error);
    if (page.value.some((stored) => stored.readable && stored.metadata.causationId === causationId && stored.occurredAt >= since))
      return ok(true);
    if (page.value.length < pageSize) return ok(false);
  }
};
