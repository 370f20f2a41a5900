import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../../application/failures.ts';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { RecordedEvent } from '../../../application/ports/event-store.ts';
import type { Connection } from '../database.ts';
import { isAboutData, wordsOf } from '../failure.ts';
import { parkStream, skippedName } from './parked-streams.ts';
import { transactionOf } from './projection-tables.ts';
import type { Copy, PoisonEvent, Projector } from './projector.ts';

/** The batch as a whole is at fault; which event it is, is not known yet. */
type Spoilt = Readonly<{ kind: 'Spoilt'; reason: string }>;

type Attempt = Result<void, Readonly<{ kind: 'Poison'; events: readonly PoisonEvent[] }> | Spoilt | Unavailable>;

/** Applies events; failures that lie in their data are answered, all others thrown. */
export const tryApply = async (connection: Connection, projector: Projector, copy: Copy, events: readonly RecordedEvent[]): Promise<Attempt> => {
  try {
    return await projector.apply(transactionOf(connection, projector, copy), events);
  } catch (error) {
    if (isAboutData(error)) return err({ kind: 'Spoilt', reason: wordsOf(error) });
    throw error;
  }
};

/**
 * Applies what can be applied, by savepoints: halves a batch until the events at fault stand alone, parks their streams
 * there and leaves out what follows them. Answers the streams it parked.
 * @param skipped events that are passed over instead, see `skippedName`
 */
export const applyNarrowing = async (
  connection: Connection,
  projector: Projector,
  copy: Copy,
  skipped: ReadonlySet<string>,
  events: readonly RecordedEvent[],
): Promise<Result<ReadonlySet<StreamName>, Unavailable>> => {
  const parkedAt = new Map<StreamName, number>();
  const passedOver = new Set<string>();

  const giveUp = async ({ stream, revision, reason }: PoisonEvent): Promise<void> => {
    const name = skippedName(stream, revision);
    const event = events.find((candidate) => candidate.stream === stream && candidate.revision === revision);
    if (event === undefined) throw new Error('a projector blamed an event that it was not given');
    if (skipped.has(name)) {
      passedOver.add(name);
    } else {
      parkedAt.set(stream, revision);
      await parkStream(connection, projector.name, copy, event, reason);
    }
  };

  const isOpen = ({ stream, revision }: RecordedEvent): boolean =>
    revision < (parkedAt.get(stream) ?? Number.POSITIVE_INFINITY) && !passedOver.has(skippedName(stream, revision));

  const narrow = async (chunk: readonly RecordedEvent[]): Promise<Result<void, Unavailable>> => {
    const open = chunk.filter(isOpen);
    const [first] = open;
    if (first === undefined) return ok();
    await connection.query('savepoint narrowing');
    const attempt = await tryApply(connection, projector, copy, open);
    if (attempt.isOk()) {
      await connection.query('release savepoint narrowing');
      return ok();
    }
    await connection.query('rollback to savepoint narrowing; release savepoint narrowing');
    switch (attempt.error.kind) {
      case 'Unavailable':
        return err(attempt.error);
      case 'Poison':
        for (const event of attempt.error.events) await giveUp(event);
        return narrow(open);
      case 'Spoilt': {
        if (open.length === 1) {
          await giveUp({ stream: first.stream, revision: first.revision, reason: attempt.error.reason });
          return ok();
        }
        const middle = Math.ceil(open.length / 2);
        const before = await narrow(open.slice(0, middle));
        return before.isErr() ? before : narrow(open.slice(middle));
      }
    }
  };

  return (await narrow(events)).map(() => new Set(parkedAt.keys()));
};
