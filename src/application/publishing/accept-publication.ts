import { err, ok, type Result } from 'neverthrow';
import type { PublishRequested } from '../../domain/connection/events.ts';
import type { PublicationRejection } from '../../domain/publication/rejections.ts';
import type { PublicationState } from '../../domain/publication/state.ts';
import type { ConnectionId, PublicationId } from '../../domain/values/ids.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type Executed, type ExecutionFailure, type ExecutionPorts } from '../execution/execute.ts';
import type { Loaded, LoadFailure } from '../execution/load.ts';
import { connectionStream } from '../execution/streams.ts';
import { emptyHead, type EventStore } from '../ports/event-store.ts';

const pageSize = 1_000;

/** The request as the connection's history has it; null when there is none. */
export const findRequest = async (
  eventStore: EventStore,
  connectionId: ConnectionId,
  id: PublicationId,
): Promise<Result<PublishRequested | null, LoadFailure>> => {
  const stream = connectionStream(connectionId);
  for (let from = 1; ; from += pageSize) {
    const page = await eventStore.read(stream, from, pageSize);
    if (page.isErr()) return err(page.error);
    for (const stored of page.value) {
      if (stored.readable && stored.event.type === 'PublishRequested' && stored.event.data.publicationId === id) return ok(stored.event);
    }
    if (page.value.length < pageSize) return ok(null);
  }
};

const unwritten: Loaded<PublicationState> = { state: publicationAggregate.decider.initial, head: emptyHead, lastOccurredAt: null };

/** The second of the two appends: the publication's own stream begins with the request as the connection recorded it. */
export const acceptPublication = (
  ports: ExecutionPorts,
  context: CommandContext,
  connectionId: ConnectionId,
  { data }: PublishRequested,
): Promise<Result<Executed<PublicationState>, PublicationRejection | ExecutionFailure>> => {
  const { life, publicationId, userId, request, requestedAt } = data;
  return execute(ports, publicationAggregate, context, publicationId, 'accept', () =>
    Promise.resolve(ok({ type: 'Accept', publicationId, connectionId, life, userId, request, at: requestedAt } as const)),
    unwritten,
  );
};
