import type { ChainHash } from '../ports/event-names.ts';
import type { EventChain } from '../ports/event-chain.ts';
import type { StoredEvent } from '../ports/event-store.ts';

/** The event that another one stands behind. */
export type ChainLink = Readonly<{
  revision: number;
  /** As stored, and as it should be: an altered event has two. */
  stored: ChainHash;
  computed: ChainHash;
}>;

export type CheckedLink = Readonly<{ link: ChainLink; altered: boolean }>;

/**
 * Whether an event is what its hash says. Behind an altered event either of its hashes will do, so that one altered
 * event is named once and not together with all behind it.
 */
export const checkLink = (chain: EventChain, behind: ChainLink | null, event: StoredEvent): CheckedLink => {
  const { revision, hash: stored } = event;
  const computed = chain.hashAfter(behind?.stored ?? null, event);
  if (computed === stored) return { link: { revision, stored, computed: stored }, altered: false };
  const mended = behind !== null && behind.computed !== behind.stored && chain.hashAfter(behind.computed, event) === stored;
  return { link: { revision, stored, computed: mended ? stored : computed }, altered: !mended };
};
