import { parseInstant, type Instant } from '../../domain/values/instant.ts';
import type { Actor } from '../execution/actor.ts';
import type { ChainHash } from '../ports/event-names.ts';
import type { StoredEvent } from '../ports/event-store.ts';
import { redact, type ShownData } from './redact.ts';
import { sealedMark, type SealedMark } from './shown-data.ts';

/** One event of a history, in the contract's shape. What this version cannot read has no actor, no cause and a reason. */
export type HistoryEntry = Readonly<{
  revision: number;
  type: string;
  actor: Actor | null;
  /** The event, request or job that led here directly. */
  cause: string | null;
  occurred_at: Instant | null;
  hash: ChainHash;
  data: ShownData | Readonly<{ unreadable: string }>;
}>;

/** @param mark stands for what is sealed */
export const historyEntry = (stored: StoredEvent, mark: SealedMark = sealedMark): HistoryEntry => {
  const { revision, type, hash } = stored;
  if (!stored.readable) {
    const occurredAt = parseInstant(stored.stored.occurredAt);
    return { revision, type, actor: null, cause: null, occurred_at: occurredAt, hash, data: { unreadable: stored.reason } };
  }
  const { actor, causationId, correlationId } = stored.metadata;
  return {
    revision,
    type,
    actor: { kind: actor.kind, id: actor.id },
    cause: causationId ?? correlationId,
    occurred_at: stored.occurredAt,
    hash,
    data: redact(stored.event, mark),
  };
};
