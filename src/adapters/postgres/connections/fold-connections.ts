import { connectionOf } from '../../../application/execution/streams.ts';
import type { RecordedEvent } from '../../../application/ports/event-store.ts';
import { evolveRecord, type ConnectionRecord, type OwnedLife } from '../../../application/reading/connection-record.ts';
import type { ConnectionId } from '../../../domain/values/ids.ts';
import type { Sealed } from '../../../domain/values/sealed.ts';
import type { PoisonEvent } from '../projector/projector.ts';
import { recordOf, type ConnectionRow } from './connection-row.ts';

/** A connection before and after a batch. */
export type FoldedConnection = Readonly<{
  id: ConnectionId;
  before: readonly ConnectionRow[];
  record: ConnectionRecord;
  /** The event of the batch that brought this profile; undefined for one that was there before. */
  broughtBy: (profile: Sealed) => RecordedEvent | undefined;
}>;

/** The batch by connection; events of streams that name none are poison. */
export const byConnection = (
  events: readonly RecordedEvent[],
): Readonly<{ streams: ReadonlyMap<ConnectionId, readonly RecordedEvent[]>; strays: readonly PoisonEvent[] }> => {
  const streams = new Map<ConnectionId, RecordedEvent[]>();
  const strays: PoisonEvent[] = [];
  for (const event of events) {
    const id = connectionOf(event.stream);
    const known = id === null ? undefined : streams.get(id);
    if (known !== undefined) known.push(event);
    else if (id !== null) streams.set(id, [event]);
    else strays.push({ stream: event.stream, revision: event.revision, reason: 'the name of the stream names no connection' });
  }
  return { streams, strays };
};

const profileIn = ({ event }: RecordedEvent): Sealed | null =>
  event.type === 'Connected' || event.type === 'ProfileChanged' ? event.data.profile : null;

/** Null when the connection has no life yet: its history does not begin with a connect. */
export const foldConnection = (id: ConnectionId, before: readonly ConnectionRow[], events: readonly RecordedEvent[]): FoldedConnection | null => {
  const start = recordOf(before);
  const record = events.reduce<ConnectionRecord | null>((folded, event) => evolveRecord(folded, id, event), start);
  if (record === null) return null;
  return { id, before, record, broughtBy: (profile) => events.find((event) => profileIn(event) === profile) };
};

/** A life whose row must be written, with the row it had. */
export type ChangedLife = Readonly<{ of: FoldedConnection; life: OwnedLife; isCurrent: boolean; stored: ConnectionRow | undefined }>;

/** Lives that this batch has touched, and those whose owner is the current one no more. */
export const changedLives = (of: FoldedConnection): readonly ChangedLife[] => {
  const stored = new Map(of.before.map((row) => [row.user_id, row]));
  const last = of.record.owners.length - 1;
  return of.record.owners
    .map((life, index) => ({ of, life, isCurrent: index === last, stored: stored.get(life.userId) }))
    .filter(({ life, isCurrent, stored: row }) => row?.revision !== life.revision || row.current_owner !== isCurrent);
};
