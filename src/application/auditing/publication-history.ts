import { err, ok, type Result } from 'neverthrow';
import type { PublicationId } from '../../domain/values/ids.ts';
import { connectionStream, publicationStream } from '../execution/streams.ts';
import type { Unavailable } from '../failures.ts';
import type { Viewer } from '../ports/connections.ts';
import type { StoredEvent } from '../ports/event-store.ts';
import type { PublicationNotFound } from '../publishing/owned-publication.ts';
import { erasedLives } from './erased-lives.ts';
import { historyEntry } from './history-entry.ts';
import type { History, HistoryPorts } from './history.ts';
import { erasedMark, sealedMark, type SealedMark } from './shown-data.ts';

export type PublicationHistoryQuery = Readonly<{
  publicationId: PublicationId;
  viewer: Viewer;
  /** The first revision to show, from 1. */
  from: number;
  /** 1 to 200. */
  limit: number;
}>;

/** How a publication began. Null where this version cannot read it: then it is nobody's, and its words are as they were. */
const beginningOf = (first: StoredEvent) => (first.readable && first.event.type === 'PublicationAccepted' ? first.event.data : null);

const markOf = async ({ eventStore }: HistoryPorts, beginning: ReturnType<typeof beginningOf>): Promise<Result<SealedMark, Unavailable>> => {
  if (beginning === null) return ok(sealedMark);
  const erased = await erasedLives(eventStore, connectionStream(beginning.connectionId));
  return erased.map((lives) => (lives.has(beginning.life) ? erasedMark : sealedMark));
};

/**
 * What happened to a publication, in order. That it was read goes into the security log before anything is answered.
 * @param principal who reads, for the security log
 */
export const readPublicationHistory = async (
  ports: HistoryPorts,
  { publicationId, viewer, from, limit }: PublicationHistoryQuery,
  principal: string,
): Promise<Result<History, PublicationNotFound | Unavailable>> => {
  const stream = publicationStream(publicationId);
  const beginning = await ports.eventStore.read(stream, 1, 1);
  if (beginning.isErr()) return err(beginning.error);
  const [first] = beginning.value;
  if (first === undefined) return err({ kind: 'PublicationNotFound' });
  const accepted = beginningOf(first);
  if (viewer.kind === 'owner' && accepted?.userId !== viewer.userId) return err({ kind: 'PublicationNotFound' });
  const mark = await markOf(ports, accepted);
  if (mark.isErr()) return err(mark.error);
  const page = await ports.eventStore.read(stream, from, limit + 1);
  if (page.isErr()) return err(page.error);
  const connectionId = accepted?.connectionId ?? null;
  const logged = await ports.securityLog.record({ kind: 'history_read', detail: { stream }, principal, connectionId });
  if (logged.isErr()) return err(logged.error);
  return ok({ data: page.value.slice(0, limit).map((stored) => historyEntry(stored, mark.value)), next_from: page.value[limit]?.revision ?? null });
};
