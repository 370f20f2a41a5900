import type { ConnectionId } from '../../domain/values/ids.ts';
import type { StreamName } from '../ports/event-names.ts';

export type RowDifference =
  /** The replay gives a row that the projection does not have. */
  | Readonly<{ kind: 'row_missing'; table: string; connection_id: ConnectionId }>
  /** The projection has a row that no replay gives. */
  | Readonly<{ kind: 'row_extra'; table: string; connection_id: ConnectionId }>
  /** `columns` is empty where there are too many differences to look at each. */
  | Readonly<{ kind: 'row_differs'; table: string; connection_id: ConnectionId; columns: readonly string[] }>;

/** What an audit found. Names where, never what stands there: no personal data, nothing sealed. */
export type Difference =
  /** The event is not what its hash was made of, or does not stand behind the event that it was written behind. */
  | Readonly<{ kind: 'event_altered'; stream: StreamName; revision: number }>
  /** The events from `revision` to `through` are gone: the stream goes on behind them. */
  | Readonly<{ kind: 'event_missing'; stream: StreamName; revision: number; through: number }>
  /** The feed delivers the event before or after its turn. */
  | Readonly<{ kind: 'event_out_of_order'; stream: StreamName; revision: number }>
  /** The event is another than the one that stood there when the heads were exported. */
  | Readonly<{ kind: 'head_differs'; stream: StreamName; revision: number }>
  | RowDifference
  /** The projection has seen more than the event store holds: that was restored to an earlier moment, or its end is gone. */
  | Readonly<{ kind: 'projection_ahead'; projection: string }>
  /** The projection does not follow the stream from this event on: its rows show what was before. */
  | Readonly<{ kind: 'stream_parked'; projection: string; stream: StreamName; revision: number; reason: string }>
  /** The projection went past an event that the replay cannot apply: what its rows should be is not known. */
  | Readonly<{ kind: 'stream_not_comparable'; projection: string; stream: StreamName; revision: number; reason: string }>;

/** More than this many are counted, not listed. */
export const listedDifferences = 1_000;

export interface Findings {
  add(difference: Difference): void;
  readonly total: number;
  /** The first ones. */
  readonly listed: readonly Difference[];
}

export const createFindings = (): Findings => {
  const listed: Difference[] = [];
  let total = 0;
  return {
    add: (difference) => {
      total += 1;
      if (listed.length < listedDifferences) listed.push(difference);
    },
    get total() {
      return total;
    },
    listed,
  };
};
