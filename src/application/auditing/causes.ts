import { connectionOf, publicationOf } from '../execution/streams.ts';
import type { RecordedEvent, StoredEvent } from '../ports/event-store.ts';

/** What one command wrote, in whatever streams: a request, a webhook, a command of an operator, or work in the background. */
export type Run = Readonly<{ kind: 'run'; id: string; parent: string | null; depth: number; first: RecordedEvent }>;
/** `parent` is the run that wrote it; null where this version cannot read which. */
export type Written = Readonly<{ kind: 'event'; id: string; parent: string | null; depth: number; stored: StoredEvent }>;
export type Cause = Run | Written;

const placeOf = ({ stream, revision }: StoredEvent): string => `${stream}@${revision}`;

/** An event as the metadata of others name it; null in streams of neither kind. */
const causeNameOf = ({ stream, revision }: StoredEvent): string | null => {
  const id = connectionOf(stream) ?? publicationOf(stream);
  return id === null ? null : `${id}@${revision}`;
};

const runOf = (stored: StoredEvent): string | null => (stored.readable ? stored.metadata.commandId : null);

/** The place of the event that the first event of a run names as its cause, if that is here and came before it. */
const causeIn = (named: ReadonlyMap<string | null, StoredEvent>, first: StoredEvent): string | null => {
  const cause = first.readable && first.metadata.causationId !== null ? named.get(first.metadata.causationId) : undefined;
  return cause !== undefined && cause.checkpoint < first.checkpoint ? placeOf(cause) : null;
};

/**
 * Events by what caused them: each run, what it wrote, and below each event the runs that follow from it; whatever
 * follows from no event given here begins a tree of its own. In the order in which they are shown, parents first. What
 * is said to follow from a later event is a root, so there are no circles.
 */
export const arrangeCauses = (events: readonly StoredEvent[]): readonly Cause[] => {
  const ordered = events.toSorted((one, other) => (one.checkpoint < other.checkpoint ? -1 : 1));
  const named = new Map(ordered.map((stored) => [causeNameOf(stored), stored]));
  const written = Map.groupBy(ordered, runOf);
  const firsts = ordered.filter((stored) => !stored.readable || written.get(runOf(stored))?.[0] === stored);
  const followers = Map.groupBy(firsts, (first) => causeIn(named, first));

  const below = (parent: string | null, depth: number): readonly Cause[] =>
    (followers.get(parent) ?? []).map((first) =>
      first.readable
        ? { kind: 'run', id: first.metadata.commandId, parent, depth, first }
        : { kind: 'event', id: placeOf(first), parent, depth, stored: first },
    );
  const childrenOf = ({ kind, id, depth }: Cause): readonly Cause[] =>
    kind === 'event' ? below(id, depth + 1) : (written.get(id) ?? []).map((stored) => ({ kind: 'event', id: placeOf(stored), parent: id, depth: depth + 1, stored }));

  const arranged: Cause[] = [];
  // Histories of years are thousands of causes deep, so the way down is kept here and not on the stack of calls.
  const open = below(null, 0).toReversed();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    arranged.push(next);
    open.push(...childrenOf(next).toReversed());
  }
  return arranged;
};

/** Leaves what led to these events, what stands beside them, and what follows from them directly. */
export const causesAround = (causes: readonly Cause[], isAbout: (stored: StoredEvent) => boolean): readonly Cause[] => {
  const about = new Set(causes.flatMap((cause) => (cause.kind === 'event' && isAbout(cause.stored) ? [cause.id] : [])));
  const leading = new Set<string>(about);
  for (const { id, parent } of causes.toReversed()) if (leading.has(id) && parent !== null) leading.add(parent);
  const kept = new Set(causes.flatMap(({ kind, id, parent }) => (kind === 'run' && (leading.has(id) || (parent !== null && about.has(parent))) ? [id] : [])));
  return causes.filter(({ id, parent }) => kept.has(id) || leading.has(id) || (parent !== null && kept.has(parent)));
};
