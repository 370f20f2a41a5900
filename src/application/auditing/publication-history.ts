import { err, ok, type Result } from 'neverthrow';
import type { PublicationId } from '../../domain/values/ids.ts';
import { publicationStream } from '../execution/streams.ts';
import type { Unavailable } from '../failures.ts';
import type { Viewer } from '../ports/connections.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { StoredEvent } from '../ports/event-store.ts';
import type { PublicationNotFound } from '../publishing/owned-publication.ts';
import { historyEntry } from './history-entry.ts';
import type { History, HistoryPorts } from './history.ts';
import { beginningOf, markOfPublication } from './seal-marks.ts';
import { wholeStream } from './whole-stream.ts';

export type PublicationHistoryQuery = Readonly<{
  publicationId: PublicationId;
  viewer: Viewer;
  /** The first revision to show, from 1. */
  from: number;
  /** Null: to the end. */
  limit: number | null;
}>;

/** One event more than wanted, which tells that more follow. */
const readPage = async (
  { eventStore }: HistoryPorts,
  stream: StreamName,
  from: number,
  limit: number | null,
): Promise<Result<readonly StoredEvent[], Unavailable>> =>
  limit === null ? (await wholeStream(eventStore, stream)).map((events) => events.filter(({ revision }) => revision >= from)) : eventStore.read(stream, from, limit + 1);

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
  const mark = await markOfPublication(ports.eventStore, accepted);
  if (mark.isErr()) return err(mark.error);
  const page = await readPage(ports, stream, from, limit);
  if (page.isErr()) return err(page.error);
  const connectionId = accepted?.connectionId ?? null;
  const logged = await ports.securityLog.record({ kind: 'history_read', detail: { stream }, principal, connectionId });
  if (logged.isErr()) return err(logged.error);
  const shown = page.value.slice(0, limit ?? page.value.length);
  return ok({ data: shown.map((stored) => historyEntry(stored, mark.value)), next_from: page.value[shown.length]?.revision ?? null });
};
