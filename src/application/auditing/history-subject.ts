import { err, ok, type Result } from 'neverthrow';
import { connectionId, publicationId, type ConnectionId, type PublicationId } from '../../domain/values/ids.ts';
import { connectionStream, publicationStream } from '../execution/streams.ts';
import type { Unavailable } from '../failures.ts';
import type { EventStore } from '../ports/event-store.ts';

/** What an audit of one thing is about. */
export type HistorySubject = Readonly<{ kind: 'connection'; id: ConnectionId }> | Readonly<{ kind: 'publication'; id: PublicationId }>;

/** Whose id it is; null when there is neither a connection nor a publication of it. @param id a UUID in lower case */
export const historySubject = async (eventStore: EventStore, id: string): Promise<Result<HistorySubject | null, Unavailable>> => {
  const connection = { kind: 'connection', id: connectionId(id) } as const;
  const publication = { kind: 'publication', id: publicationId(id) } as const;
  for (const [subject, stream] of [[connection, connectionStream(connection.id)], [publication, publicationStream(publication.id)]] as const) {
    const first = await eventStore.read(stream, 1, 1);
    if (first.isErr()) return err(first.error);
    if (first.value.length > 0) return ok(subject);
  }
  return ok(null);
};
