import type { StoppedAt } from '../../application/ports/audit-projections.ts';
import type { Difference } from '../../application/auditing/difference.ts';

const range = (from: number, through: number): string => (from === through ? `event ${from}` : `events ${from} to ${through}`);

const stop = ({ stream, revision, reason }: StoppedAt, how: string): string => `${stream} ${how} event ${revision} (${reason})`;

/** A difference in words. Names where it is, never what stands there. */
export const differenceSentence = (difference: Difference): string => {
  switch (difference.kind) {
    case 'event_altered':
      return `${difference.stream}: event ${difference.revision} is not the one that was written there.`;
    case 'event_missing':
      return `${difference.stream}: ${range(difference.revision, difference.through)} missing.`;
    case 'event_out_of_order':
      return `${difference.stream}: event ${difference.revision} comes out of order in the feed.`;
    case 'head_differs':
      return `${difference.stream}: event ${difference.revision} is another than when the heads were exported.`;
    case 'row_missing':
      return `${difference.table}: the row of connection ${difference.connection_id} is missing.`;
    case 'row_extra':
      return `${difference.table}: connection ${difference.connection_id} has a row that its history does not lead to.`;
    case 'row_differs': {
      const where = difference.columns.length === 0 ? '' : ` in ${difference.columns.join(', ')}`;
      return `${difference.table}: the row of connection ${difference.connection_id} differs from its history${where}.`;
    }
    case 'projection_ahead':
      return `${difference.projection}: has seen more than the event store holds, which was restored to an earlier moment or lost its end.`;
    case 'stream_parked':
      return `${difference.projection}: ${stop(difference, 'is parked at')}; see \`parked list\`.`;
    case 'stream_not_comparable':
      return `${difference.projection}: ${stop(difference, 'cannot be replayed past')}.`;
  }
};
