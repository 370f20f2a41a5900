import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { connectionStream } from '../execution/streams.ts';
import type { Unavailable } from '../failures.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { CheckpointOfAnotherStore, EventStore } from '../ports/event-store.ts';
import type { Watch } from './check-chains.ts';
import type { ChainHead } from './check-heads.ts';
import type { Interrupted } from './replay-to.ts';

const batchSize = 1_000;

/** The heads of all streams, or of one connection's; in the order in which the streams began. */
export const readHeads = async (
  eventStore: EventStore,
  connectionId: ConnectionId | null,
  { signal, progress }: Watch,
): Promise<Result<readonly ChainHead[], Unavailable | CheckpointOfAnotherStore | Interrupted>> => {
  const streamPrefixes = connectionId === null ? [] : [connectionStream(connectionId)];
  const heads = new Map<StreamName, ChainHead>();
  let events = 0;
  for await (const batch of eventStore.feed({ after: null, streamPrefixes, batchSize, live: false, signal })) {
    if (batch.isErr()) return err(batch.error);
    for (const { stream, revision, hash } of batch.value.events) heads.set(stream, { stream, revision, hash });
    events += batch.value.events.length;
    progress(events);
  }
  return signal.aborted ? err({ kind: 'Interrupted' }) : ok([...heads.values()]);
};
