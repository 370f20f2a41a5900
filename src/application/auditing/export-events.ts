import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import { readAhead } from '../execution/read-ahead.ts';
import { connectionStream } from '../execution/streams.ts';
import type { Unavailable } from '../failures.ts';
import type { Checkpoint } from '../ports/event-names.ts';
import type { CheckpointOfAnotherStore } from '../ports/event-store.ts';
import { allStreams, feedEntry, type FeedEntry } from './feed-entry.ts';
import type { HistoryPorts } from './history.ts';
import type { Interrupted } from './replay-to.ts';

export type ExportRequest = Readonly<{
  /** Only this one; everything when null. */
  connectionId: ConnectionId | null;
  /** The checkpoint to go on behind. */
  after: Checkpoint | null;
  signal: AbortSignal;
}>;

export type ExportFailure = ConnectionNotFound | CheckpointOfAnotherStore | Interrupted | Unavailable;

const batchSize = 1_000;

const begin = async (
  { eventStore, securityLog }: HistoryPorts,
  connectionId: ConnectionId | null,
  principal: string,
): Promise<Result<readonly string[], ExportFailure>> => {
  const stream = connectionId === null ? null : connectionStream(connectionId);
  if (stream !== null) {
    const first = await eventStore.read(stream, 1, 1);
    if (first.isErr()) return err(first.error);
    if (first.value.length === 0) return err({ kind: 'ConnectionNotFound' });
  }
  const logged = await securityLog.record({ kind: 'history_read', detail: { stream: stream ?? allStreams }, principal, connectionId });
  return logged.map(() => (stream === null ? [] : [stream]));
};

/**
 * Everything that was committed when it began, in feed order and batches, so that no more than two of them are in memory.
 * Ends after a failure; whoever asks goes on behind the last checkpoint. The reading goes into the security log first.
 * @param principal who reads, for the security log, e.g. `cli`
 */
export async function* exportEvents(
  ports: HistoryPorts,
  { connectionId, after, signal }: ExportRequest,
  principal: string,
): AsyncGenerator<Result<readonly FeedEntry[], ExportFailure>, void> {
  const begun = await begin(ports, connectionId, principal);
  if (begun.isErr()) {
    yield err(begun.error);
    return;
  }
  const feed = ports.eventStore.feed({ after, streamPrefixes: begun.value, batchSize, live: false, signal });
  // While one batch is written out, the store looks for the next.
  for await (const batch of readAhead(feed)) {
    if (batch.isErr()) {
      yield err(batch.error);
      return;
    }
    if (batch.value.events.length > 0) yield ok(batch.value.events.map(feedEntry));
  }
  if (signal.aborted) yield err({ kind: 'Interrupted' });
}
