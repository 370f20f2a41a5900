import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { Unavailable } from '../../../application/failures.ts';
import type { Checkpoint, StreamName } from '../../../application/ports/event-names.ts';
import type { EventStore, StoredEvent } from '../../../application/ports/event-store.ts';
import { inTransaction } from '../database.ts';
import { databaseUnavailable } from '../failure.ts';
import { applyNarrowing } from './narrowing.ts';
import { findParked, listParked, parkStream, readParking, skipParkedEvent, unparkStream, type ParkedStream } from './parked-streams.ts';
import { lockState, noteParking } from './projection-state.ts';
import type { Projector } from './projector.ts';
import { sift } from './write-batch.ts';

/** The stream is not parked, or the rows were made by another version or with other settings. */
export type NotParked = Readonly<{ kind: 'NotParked' }>;
export type NotThisVersion = Readonly<{ kind: 'NotThisVersion' }>;

/** `Parked`: it could not be applied this time either. */
export type Resumed = Readonly<{ kind: 'Resumed' }> | Readonly<{ kind: 'Parked'; at: ParkedStream }>;

export type ResumeFailure = NotParked | NotThisVersion | Unavailable;

export type ResumeParts = Readonly<{ pool: pg.Pool; eventStore: EventStore; projector: Projector }>;

const pageSize = 1_000;

class Abandoned extends Error {
  readonly failure: ResumeFailure;

  constructor(failure: ResumeFailure) {
    super('abandoned');
    this.failure = failure;
  }
}

/** What the projection has already passed of a stream; the feed brings the rest. */
const passedEvents = async function* (eventStore: EventStore, stream: StreamName, from: number, upTo: Checkpoint | null) {
  for (let revision = from; ; revision += pageSize) {
    const read = await eventStore.read(stream, revision, pageSize);
    if (read.isErr()) throw new Abandoned(read.error);
    const page = read.value.filter((event) => upTo !== null && event.checkpoint <= upTo);
    yield page;
    if (page.length < pageSize) return;
  }
};

const resumeWithin = async (client: pg.PoolClient, parts: ResumeParts, stream: StreamName, skip: boolean): Promise<Resumed> => {
  const { eventStore, projector } = parts;
  const { name, version, fingerprint } = projector;
  const state = await lockState(client, name, 'live');
  if (state?.version !== version || state.fingerprint !== fingerprint) throw new Abandoned({ kind: 'NotThisVersion' });
  const before = await findParked(client, name, 'live', stream);
  if (before === null) throw new Abandoned({ kind: 'NotParked' });
  if (skip) await skipParkedEvent(client, name, 'live', stream);
  const { skipped } = await readParking(client, name, 'live');

  const applyPage = async (events: readonly StoredEvent[]): Promise<boolean> => {
    const { readable, unreadable } = sift(events, { parked: new Set(), skipped });
    for (const event of unreadable) await parkStream(client, name, 'live', event, event.reason);
    const parked = await applyNarrowing(client, projector, 'live', skipped, readable);
    if (parked.isErr()) throw new Abandoned(parked.error);
    return unreadable.length > 0 || parked.value.size > 0;
  };
  for await (const page of passedEvents(eventStore, stream, before.revision, state.checkpoint)) {
    if (!(await applyPage(page))) continue;
    if (skip) await noteParking(client, name, 'live');
    return { kind: 'Parked', at: (await findParked(client, name, 'live', stream)) ?? before };
  }
  await unparkStream(client, name, 'live', stream);
  await noteParking(client, name, 'live');
  return { kind: 'Resumed' };
};

const resume = async (parts: ResumeParts, stream: StreamName, skip: boolean): Promise<Result<Resumed, ResumeFailure>> => {
  try {
    return ok(await inTransaction(parts.pool, (client) => resumeWithin(client, parts, stream, skip)));
  } catch (error) {
    return err(error instanceof Abandoned ? error.failure : databaseUnavailable(error));
  }
};

/** Tries a parked stream again from the event it is parked at, up to where the projection stands. */
export const retryParked = (parts: ResumeParts, stream: StreamName): Promise<Result<Resumed, ResumeFailure>> => resume(parts, stream, false);

/** Passes over the event the stream is parked at, now and in every rebuild in which it still fails. */
export const skipParked = (parts: ResumeParts, stream: StreamName): Promise<Result<Resumed, ResumeFailure>> => resume(parts, stream, true);

/** Tries all parked streams of a projection once: newer code may read what older code could not. */
export const retryAllParked = async (parts: ResumeParts, signal: AbortSignal): Promise<Result<void, Unavailable>> => {
  try {
    const parked = (await listParked(parts.pool)).filter(({ projection }) => projection === parts.projector.name);
    for (const { stream } of parked) {
      if (signal.aborted) return ok();
      const outcome = await retryParked(parts, stream);
      if (outcome.isErr() && outcome.error.kind === 'Unavailable') return err(outcome.error);
    }
    return ok();
  } catch (error) {
    return err(databaseUnavailable(error));
  }
};
