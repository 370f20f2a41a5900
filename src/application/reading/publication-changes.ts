import { err, ok, type Result } from 'neverthrow';
import type { PublicationId } from '../../domain/values/ids.ts';
import type { LoadFailure } from '../execution/load.ts';
import { publicationStream } from '../execution/streams.ts';
import type { EventStore } from '../ports/event-store.ts';
import { evolvePublicationRecord, type PublicationRecord } from './publication-record.ts';

const pageSize = 200;

/**
 * Reads a publication's history on and on. Each call gives the record after every event since the call before, in order,
 * some at a time; empty when nothing has happened.
 */
export const followPublicationRecord = (eventStore: EventStore, id: PublicationId): (() => Promise<Result<readonly PublicationRecord[], LoadFailure>>) => {
  const stream = publicationStream(id);
  let record: PublicationRecord | null = null;
  let next = 1;
  return async () => {
    const page = await eventStore.read(stream, next, pageSize);
    if (page.isErr()) return err(page.error);
    const changes: PublicationRecord[] = [];
    for (const stored of page.value) {
      if (!stored.readable) return err({ kind: 'UnreadableHistory', stream, revision: stored.revision, reason: stored.reason });
      record = evolvePublicationRecord(record, stored);
      next = stored.revision + 1;
      if (record !== null) changes.push(record);
    }
    return ok(changes);
  };
};
