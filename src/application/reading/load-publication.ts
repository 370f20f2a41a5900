import { err, ok, type Result } from 'neverthrow';
import type { PublicationId } from '../../domain/values/ids.ts';
import { publicationStream } from '../execution/streams.ts';
import type { LoadFailure } from '../execution/load.ts';
import type { EventStore, RecordedEvent } from '../ports/event-store.ts';
import type { Sealer } from '../ports/sealer.ts';
import { contentContext, openContent } from '../publishing/publish-content.ts';
import { evolvePublicationRecord, publicationView, type PublicationRecord } from './publication-record.ts';
import type { PublicationView } from './publication-view.ts';

/** Most histories are shorter, and the store reads many short ones together. */
const pageSize = 250;

/**
 * The record as the stream has it; null when there is no such publication.
 * @param until stops before the first event for which it is false
 */
export const loadPublication = async (
  eventStore: EventStore,
  id: PublicationId,
  until: (event: RecordedEvent) => boolean = () => true,
): Promise<Result<PublicationRecord | null, LoadFailure>> => {
  const stream = publicationStream(id);
  let record: PublicationRecord | null = null;
  for (let from = 1; ; from += pageSize) {
    const page = await eventStore.read(stream, from, pageSize);
    if (page.isErr()) return err(page.error);
    for (const stored of page.value) {
      if (!stored.readable) return err({ kind: 'UnreadableHistory', stream, revision: stored.revision, reason: stored.reason });
      if (!until(stored)) return ok(record);
      record = evolvePublicationRecord(record, stored);
    }
    if (page.value.length < pageSize) return ok(record);
  }
};

/** As a caller sees it. Where its words cannot be opened (any more), its posts have no addresses. */
export const shownPublication = async (sealer: Sealer, record: PublicationRecord): Promise<PublicationView> => {
  if (record.postIds.length === 0) return publicationView(record, null);
  const opened = await openContent(sealer, contentContext(record.connectionId, record.life, record.id), record.content);
  return publicationView(record, opened.isOk() ? opened.value.username : null);
};
