import type { ChainHash } from './event-names.ts';
import type { StoredEvent } from './event-store.ts';

export interface EventChain {
  /** The hash that this event should carry behind `previous`, over its text as stored. */
  hashAfter(previous: ChainHash | null, event: StoredEvent): ChainHash;
}
