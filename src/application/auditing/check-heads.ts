import type { ChainHash, StreamName } from '../ports/event-names.ts';
import type { StoredEvent } from '../ports/event-store.ts';
import type { Findings } from './difference.ts';

/** The last event of a stream at some moment. Kept elsewhere, it shows later whether the end was cut off. */
export type ChainHead = Readonly<{ stream: StreamName; revision: number; hash: ChainHash }>;

export interface HeadCheck {
  readonly see: (event: Pick<StoredEvent, 'stream' | 'revision' | 'hash'>) => void;
  /** Once everything was seen. */
  readonly finish: () => void;
}

/** Compares exported heads with the events that come by, in whatever order. */
export const checkHeads = (heads: readonly ChainHead[], findings: Findings): HeadCheck => {
  const expected = new Map<StreamName, { heads: ChainHead[]; last: number }>();
  for (const head of heads) {
    const known = expected.get(head.stream);
    if (known === undefined) expected.set(head.stream, { heads: [head], last: 0 });
    else known.heads.push(head);
  }
  return {
    see: ({ stream, revision, hash }) => {
      if (expected.size === 0) return;
      const known = expected.get(stream);
      if (known === undefined) return;
      known.last = Math.max(known.last, revision);
      const differs = known.heads.some((head) => head.revision === revision && head.hash !== hash);
      if (differs) findings.add({ kind: 'head_differs', stream, revision });
    },
    finish: () => {
      for (const [stream, { heads: known, last }] of expected) {
        const through = Math.max(...known.map(({ revision }) => revision));
        if (through > last) findings.add({ kind: 'event_missing', stream, revision: last + 1, through });
      }
    },
  };
};
