import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { EventChain } from '../ports/event-chain.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { HeadCheck } from './check-heads.ts';
import { checkLink, type ChainLink } from './chain-link.ts';
import type { Findings } from './difference.ts';

export interface ChainPorts {
  readonly eventStore: EventStore;
  readonly eventChain: EventChain;
}

export type CheckedChain = Readonly<{ events: number; head: ChainLink | null }>;

const pageSize = 1_000;

/**
 * Checks one stream in the order of its revisions: each event's hash, and that no revision is left out. A cut tail does
 * not show here, but against exported heads.
 */
export const checkChain = async (
  { eventStore, eventChain }: ChainPorts,
  stream: StreamName,
  findings: Findings,
  heads: HeadCheck | null = null,
): Promise<Result<CheckedChain, Unavailable>> => {
  let head: ChainLink | null = null;
  let events = 0;
  for (;;) {
    const page = await eventStore.read(stream, (head?.revision ?? 0) + 1, pageSize);
    if (page.isErr()) return err(page.error);
    for (const event of page.value) {
      heads?.see(event);
      const expected: number = (head?.revision ?? 0) + 1;
      if (event.revision > expected) findings.add({ kind: 'event_missing', stream, revision: expected, through: event.revision - 1 });
      const checked: ReturnType<typeof checkLink> = checkLink(eventChain, head, event);
      // Behind a gap no event can prove itself; the gap itself has been named.
      if (checked.altered && event.revision === expected) findings.add({ kind: 'event_altered', stream, revision: event.revision });
      head = event.revision === expected ? checked.link : { revision: event.revision, stored: event.hash, computed: event.hash };
      events += 1;
    }
    if (page.value.length < pageSize) return ok({ events, head });
  }
};
