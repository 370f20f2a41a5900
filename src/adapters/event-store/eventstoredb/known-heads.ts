import type { StreamName } from '../../../application/ports/event-names.ts';
import type { StreamHead } from '../../../application/ports/event-store.ts';

/** Pairs of revision and hash that were seen in the store, the newest seen of each stream. They never change there. */
export interface KnownHeads {
  knows(stream: StreamName, head: StreamHead): boolean;
  remember(stream: StreamName, head: StreamHead): void;
}

const capacity = 10_000;

export const createKnownHeads = (): KnownHeads => {
  const heads = new Map<StreamName, StreamHead>();
  return {
    knows: (stream, { revision, hash }) => {
      const known = heads.get(stream);
      return known !== undefined && known.revision === revision && known.hash === hash;
    },
    remember: (stream, head) => {
      // Deleted first, so that it moves to the young end.
      heads.delete(stream);
      heads.set(stream, head);
      for (const oldest of heads.keys()) {
        if (heads.size <= capacity) break;
        heads.delete(oldest);
      }
    },
  };
};
