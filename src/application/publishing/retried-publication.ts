import { err, ok, type Result } from 'neverthrow';
import type { LoadFailure } from '../execution/load.ts';
import type { Principal } from '../execution/principal.ts';
import type { EventStore } from '../ports/event-store.ts';
import { loadPublication } from '../reading/load-publication.ts';
import type { PostDraft } from './post-draft.ts';

/** `retry_of` names no publication of this connection that failed and may be tried again. */
export type NothingToRetry = Readonly<{ kind: 'NothingToRetry' }>;

/** A new publication may name the one it repeats, for the record; never one that may have become a post. */
export const checkRetried = async (
  eventStore: EventStore,
  principal: Principal,
  { connectionId, retryOf }: PostDraft,
): Promise<Result<void, NothingToRetry | LoadFailure>> => {
  if (retryOf === null) return ok(undefined);
  const loaded = await loadPublication(eventStore, retryOf);
  if (loaded.isErr()) return err(loaded.error);
  const named = loaded.value;
  const theirs = named !== null && named.connectionId === connectionId && (principal.kind === 'service' || named.userId === principal.userId);
  return theirs && named.status === 'failed' && named.retryable ? ok(undefined) : err({ kind: 'NothingToRetry' });
};
