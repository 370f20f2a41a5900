import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { LoadFailure } from '../execution/load.ts';
import { connectionStream } from '../execution/streams.ts';
import type { EventStore } from '../ports/event-store.ts';
import { evolveRecord, type ConnectionRecord } from './connection-record.ts';

const pageSize = 1_000;

/** Replays a connection from its stream; null when it has no events. */
export const loadRecord = async (
  eventStore: EventStore,
  id: ConnectionId,
): Promise<Result<ConnectionRecord | null, LoadFailure>> => {
  const stream = connectionStream(id);
  let record: ConnectionRecord | null = null;
  for (let from = 1; ; from += pageSize) {
    const page = await eventStore.read(stream, from, pageSize);
    if (page.isErr()) return err(page.error);
    for (const stored of page.value) {
      if (!stored.readable) {
        return err({ kind: 'UnreadableHistory', stream, revision: stored.revision, reason: stored.reason });
      }
      record = evolveRecord(record, id, stored);
    }
    if (page.value.length < pageSize) return ok(record);
  }
};
