import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { connectionOf, connectionStream, publicationOf, publicationStreams } from '../execution/streams.ts';
import type { AuditedProjection, AuditedRow, MadeOtherwise, StoppedAt } from '../ports/audit-projections.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { EventStore } from '../ports/event-store.ts';
import { compareRows } from './compare-rows.ts';
import { listedDifferences, type Findings, type RowDifference } from './difference.ts';
import { idRanges, type IdRange } from './id-ranges.ts';
import { createReplay, type Replay, type ReplayFailure } from './replay-to.ts';

export type ProjectionReport = Readonly<{ name: string; rows: number }>;
export type ProjectionFailure = ReplayFailure | MadeOtherwise;

export type ProjectionCheck = Readonly<{
  /** Only rows about this one; all when null. */
  connectionId: ConnectionId | null;
  signal: AbortSignal;
  progress: (events: number) => void;
}>;

type Looked = Readonly<{ rows: number; parked: readonly StoppedAt[]; differences: readonly RowDifference[] }>;

/** Which connection a publication belongs to is told by its first event alone, so the streams of all are read. */
const streamsAbout = (connectionId: ConnectionId, { streamPrefixes }: AuditedProjection): readonly string[] =>
  streamPrefixes.map((prefix) => (prefix === publicationStreams ? prefix : connectionStream(connectionId)));

/** Rows of connections and of publications that the replay could not follow to the end are not compared. */
const comparable = (stopped: readonly StreamName[]): ((row: AuditedRow) => boolean) => {
  const connections = new Set(stopped.map(connectionOf));
  const publications = stopped.map(publicationOf).filter((id) => id !== null);
  return ({ connectionId, key }) => !connections.has(connectionId) && !publications.some((id) => key.includes(id));
};

/** Looks at the rows of a range, brings the copy to where they stood, and compares. */
const look = async (
  audited: AuditedProjection,
  replay: Replay,
  range: IdRange,
  columns: boolean,
): Promise<Result<Looked, ProjectionFailure>> => {
  const live = await audited.live({ ...range, columns });
  if (live.isErr()) return err(live.error);
  const followed = await replay.to(live.value);
  if (followed.isErr()) return err(followed.error);
  const replayed = await audited.replayed({ ...range, columns });
  if (replayed.isErr()) return err(replayed.error);
  const isComparable = comparable([...replay.stopped.keys()]);
  const differences = compareRows(live.value.rows.filter(isComparable), replayed.value.filter(isComparable));
  return ok({ rows: live.value.rows.length, parked: live.value.parked, differences });
};

/**
 * Compares every row that readers see with a replay of the history, each range of rows at the checkpoint that stood
 * beside it at one moment; so projectors may write meanwhile. What seems to differ is looked at once more by itself.
 */
export const checkProjection = async (
  eventStore: EventStore,
  audited: AuditedProjection,
  findings: Findings,
  { connectionId, signal, progress }: ProjectionCheck,
): Promise<Result<ProjectionReport, ProjectionFailure>> => {
  const { name } = audited;
  const streamPrefixes = connectionId === null ? audited.streamPrefixes : streamsAbout(connectionId, audited);
  const replay = createReplay(eventStore, audited, { streamPrefixes, signal, progress });
  const size = await audited.size();
  if (size.isErr()) return err(size.error);
  const ranges = connectionId === null ? idRanges(size.value) : [{ from: connectionId, through: connectionId }];
  let parked: readonly StoppedAt[] = [];
  let rows = 0;

  for (const range of ranges) {
    const looked = await look(audited, replay, range, false);
    if (looked.isErr()) return err(looked.error);
    rows += looked.value.rows;
    parked = looked.value.parked;
    const suspects = looked.value.differences.map(({ connection_id }) => connection_id).sort();
    const [first, last] = [suspects[0], suspects.at(-1)];
    if (first === undefined || last === undefined) continue;
    const worthNaming = findings.total < listedDifferences;
    const closer = worthNaming ? await look(audited, replay, { from: first, through: last }, true) : looked;
    if (closer.isErr()) return err(closer.error);
    closer.value.differences.forEach((difference) => findings.add(difference));
  }
  if (replay.isAhead) findings.add({ kind: 'projection_ahead', projection: name });
  for (const place of replay.stopped.values()) findings.add({ kind: 'stream_not_comparable', projection: name, ...place });
  const inScope = (stream: StreamName): boolean => connectionId === null || stream === connectionStream(connectionId);
  for (const place of parked) {
    if (!replay.stopped.has(place.stream) && inScope(place.stream)) findings.add({ kind: 'stream_parked', projection: name, ...place });
  }
  return ok({ name, rows });
};
