import type { Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { EventStore, StoredEvent } from '../ports/event-store.ts';

const mostOnTheWay = 2;

/**
 * A stream page by page, from its first event; the last page is the first that is not full. Once a page was full, the two
 * behind it are on the way: the store reads while the events of the one before are checked. Ends after a failure.
 */
export async function* readPages(
  eventStore: Pick<EventStore, 'read'>,
  stream: StreamName,
  pageSize: number,
): AsyncGenerator<Result<readonly StoredEvent[], Unavailable>, void> {
  const onTheWay = [eventStore.read(stream, 1, pageSize)];
  for (let from = 1 + pageSize; ; ) {
    const page = await onTheWay.shift();
    if (page === undefined) return;
    const isLast = page.isErr() || page.value.length < pageSize;
    for (; !isLast && onTheWay.length < mostOnTheWay; from += pageSize) onTheWay.push(eventStore.read(stream, from, pageSize));
    yield page;
    if (isLast) return;
  }
}
