import type { Instant } from '../../domain/values/instant.ts';
import type { Actor } from '../execution/actor.ts';
import type { StreamName } from '../ports/event-names.ts';
import type { RecordedEvent } from '../ports/event-store.ts';
import type { Cause } from './causes.ts';
import { historyEntry, type HistoryEntry } from './history-entry.ts';
import type { SealedMark } from './shown-data.ts';

const sources = ['request', 'webhook', 'command', 'import'] as const;
/** What ran. `work` followed from an event, by a job that its actor names; the others came from outside. */
export type RunKind = (typeof sources)[number] | 'work' | 'other';

/** One line of a tree of causes: a run, or an event that a run wrote. `parent` is the `id` of a line above. */
export type ShownCause =
  | Readonly<{
      node: 'run';
      id: string;
      parent: string | null;
      depth: number;
      kind: RunKind;
      actor: Actor;
      cause: string;
      correlation_id: string;
      occurred_at: Instant;
    }>
  | (Readonly<{ node: 'event'; id: string; parent: string | null; depth: number; stream: StreamName }> & Omit<HistoryEntry, 'cause'>);

const kindOf = ({ metadata: { causationId, correlationId } }: RecordedEvent): RunKind =>
  sources.find((source) => correlationId.startsWith(`${source}:`)) ?? (causationId?.includes('@') === true ? 'work' : 'other');

/** @param mark stands for what is sealed in an event */
export const shownCause = (cause: Cause, mark: SealedMark): ShownCause => {
  const { id, parent, depth } = cause;
  if (cause.kind === 'run') {
    const { first } = cause;
    const { actor, causationId, correlationId } = first.metadata;
    return {
      ...{ node: 'run', id, parent, depth, kind: kindOf(first), actor: { kind: actor.kind, id: actor.id } },
      ...{ cause: causationId ?? correlationId, correlation_id: correlationId, occurred_at: first.occurredAt },
    };
  }
  const { revision, type, actor, occurred_at, hash, data } = historyEntry(cause.stored, mark);
  return { node: 'event', id, parent, depth, stream: cause.stored.stream, revision, type, actor, occurred_at, hash, data };
};
