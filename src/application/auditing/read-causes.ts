import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId, PublicationId } from '../../domain/values/ids.ts';
import { connectionStream, publicationStream } from '../execution/streams.ts';
import type { Unavailable } from '../failures.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { EventStore, StoredEvent } from '../ports/event-store.ts';
import { arrangeCauses, causesAround, type Cause } from './causes.ts';
import { erasedLives } from './erased-lives.ts';
import type { HistorySubject } from './history-subject.ts';
import type { HistoryPorts } from './history.ts';
import { beginningOf, markOfLife } from './seal-marks.ts';
import { erasedMark, sealedMark, type SealedMark } from './shown-data.ts';
import { shownCause, type ShownCause } from './shown-cause.ts';
import { wholeStream } from './whole-stream.ts';

type Read = Result<readonly StoredEvent[], Unavailable>;

const publicationsAskedForIn = (connection: readonly StoredEvent[]): readonly PublicationId[] => [
  ...new Set(connection.flatMap((stored) => (stored.readable && stored.event.type === 'PublishRequested' ? [stored.event.data.publicationId] : []))),
];

const withPublications = async (eventStore: EventStore, id: ConnectionId): Promise<Read> => {
  const connection = await wholeStream(eventStore, connectionStream(id));
  if (connection.isErr()) return err(connection.error);
  const events = [...connection.value];
  for (const publication of publicationsAskedForIn(connection.value)) {
    const its = await wholeStream(eventStore, publicationStream(publication));
    if (its.isErr()) return err(its.error);
    events.push(...its.value);
  }
  return ok(events);
};

const withConnection = async (eventStore: EventStore, id: PublicationId): Promise<Read> => {
  const own = await wholeStream(eventStore, publicationStream(id));
  if (own.isErr()) return err(own.error);
  const connectionId = own.value.map(beginningOf)[0]?.connectionId;
  if (connectionId === undefined) return ok(own.value);
  return (await wholeStream(eventStore, connectionStream(connectionId))).map((connection) => [...connection, ...own.value]);
};

const connectionAmong = (subject: HistorySubject, events: readonly StoredEvent[]): ConnectionId | null =>
  subject.kind === 'connection' ? subject.id : (events.map(beginningOf).find((beginning) => beginning !== null)?.connectionId ?? null);

const marksOf = async (
  eventStore: EventStore,
  connectionId: ConnectionId | null,
  events: readonly StoredEvent[],
): Promise<Result<(cause: Cause) => SealedMark, Unavailable>> => {
  if (connectionId === null) return ok(() => sealedMark);
  const erased = await erasedLives(eventStore, connectionStream(connectionId));
  if (erased.isErr()) return err(erased.error);
  const lives = new Map<StreamName, number>();
  for (const stored of events) {
    const beginning = beginningOf(stored);
    if (beginning !== null) lives.set(stored.stream, beginning.life);
  }
  return ok((cause) => {
    if (cause.kind === 'run') return sealedMark;
    const life = lives.get(cause.stored.stream);
    if (life === undefined) return markOfLife(cause.stored, erased.value);
    return erased.value.has(life) ? erasedMark : sealedMark;
  });
};

/**
 * What led to what, over a connection and all its publications, or around one publication. Empty when there is no such
 * one. The reading goes into the security log before anything is answered.
 * @param principal who reads, for the security log, e.g. `cli`
 */
export const readCauses = async (
  { eventStore, securityLog }: HistoryPorts,
  subject: HistorySubject,
  principal: string,
): Promise<Result<readonly ShownCause[], Unavailable>> => {
  const stream = subject.kind === 'connection' ? connectionStream(subject.id) : publicationStream(subject.id);
  const events = await (subject.kind === 'connection' ? withPublications(eventStore, subject.id) : withConnection(eventStore, subject.id));
  if (events.isErr()) return err(events.error);
  if (events.value.length === 0) return ok([]);
  const connectionId = connectionAmong(subject, events.value);
  const markOf = await marksOf(eventStore, connectionId, events.value);
  if (markOf.isErr()) return err(markOf.error);
  const logged = await securityLog.record({ kind: 'history_read', detail: { stream, causes: true }, principal, connectionId });
  if (logged.isErr()) return err(logged.error);
  const all = arrangeCauses(events.value);
  const causes = subject.kind === 'connection' ? all : causesAround(all, (stored) => stored.stream === stream);
  return ok(causes.map((cause) => shownCause(cause, markOf.value(cause))));
};
