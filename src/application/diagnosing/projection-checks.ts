import type { Result } from 'neverthrow';
import { millisOf, type Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';
import type { Clock } from '../ports/clock.ts';
import type { Checkpoint } from '../ports/event-names.ts';
import { isBeyondEnd, type CheckpointOfAnotherStore, type EventStore } from '../ports/event-store.ts';
import type { ParkedAt } from '../ports/projection-operations.ts';
import { failure, fine, noAnswer, warning, type Finding } from './check.ts';

/** The first events that a projection has not seen. */
export type Waiting = Readonly<{ events: number; more: boolean; since: Instant | null }>;

/** Null when nothing can be read. */
export type WaitingAnswer = Result<Waiting, Unavailable | CheckpointOfAnotherStore> | null;

const lookedAt = 1_000;

/** What waits behind a checkpoint, up to a thousand events. */
export const waitingBehind = async (
  eventStore: EventStore,
  checkpoint: Checkpoint | null,
): Promise<WaitingAnswer> => {
  const reading = new AbortController();
  const feed = eventStore.feed({ after: checkpoint, streamPrefixes: [], batchSize: lookedAt, live: false, signal: reading.signal });
  const first = await feed[Symbol.asyncIterator]().next();
  reading.abort();
  if (first.done === true) return null;
  return first.value.map(({ events, caughtUp }) => ({ events: events.length, more: !caughtUp, since: events[0]?.recordedAt ?? null }));
};

const tolerableMillis = 10_000;

const drive = 'Check that a replica with the role worker runs and what it logs.';

export const lagFinding = (projection: string, waiting: WaitingAnswer, now: Instant): Finding => {
  if (waiting === null) return fine(`${projection} is up to date.`);
  if (waiting.isErr()) {
    if (waiting.error.kind === 'Unavailable') return noAnswer(waiting.error);
    if (isBeyondEnd(waiting.error)) {
      return failure(`${projection} is ahead of the event store, which was restored to an earlier moment.`, 'Start the service anew, which builds it anew, or `rebuild` it.');
    }
    return failure(
      `${projection} followed another event store than ${waiting.error.store}.`,
      'Start the service on the store it belongs to, or `rebuild` it.',
    );
  }
  const { events, more, since } = waiting.value;
  const behind = since === null ? 0 : millisOf(now) - millisOf(since);
  if (behind <= tolerableMillis) return fine(`${projection} is up to date.`);
  const number = `${more ? 'more than ' : ''}${events} ${events === 1 ? 'event' : 'events'}`;
  return warning(`${projection} has ${number} to read, the oldest ${Math.round(behind / 1_000)} s old.`, drive);
};

/** The worst status, and what led to it. */
const together = (findings: readonly Finding[]): Finding => {
  const troubles = findings.filter(({ status }) => status !== 'ok');
  if (troubles.length === 0) return fine('Every projection is up to date.');
  const status = troubles.some((trouble) => trouble.status === 'fail') ? 'fail' : 'warn';
  const remedies = new Set(troubles.flatMap(({ remedy }) => remedy ?? []));
  return { status, detail: troubles.map(({ detail }) => detail).join(' '), remedy: [...remedies].join(' ') };
};

/** How far every projection is behind the history. */
export const checkLag = async (
  eventStore: EventStore,
  clock: Clock,
  checkpoints: Result<ReadonlyMap<string, Checkpoint | null>, Unavailable>,
  projections: readonly string[],
): Promise<Finding> => {
  if (checkpoints.isErr()) return noAnswer(checkpoints.error);
  const findings: Finding[] = [];
  for (const projection of projections) {
    const waiting = await waitingBehind(eventStore, checkpoints.value.get(projection) ?? null);
    findings.push(lagFinding(projection, waiting, clock.now()));
  }
  return together(findings);
};

export const parkedFinding = (parked: Result<readonly ParkedAt[], Unavailable>): Finding => {
  if (parked.isErr()) return noAnswer(parked.error);
  const [first] = parked.value;
  if (first === undefined) return fine('No stream is parked.');
  return warning(
    `${parked.value.length} parked, the oldest ${first.stream} at event ${first.revision} in ${first.projection} (${first.reason}).`,
    'See `parked list`; `parked retry` once newer code or data is in place, `parked skip` to go on without the event.',
  );
};
