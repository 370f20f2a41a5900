import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../application/failures.ts';
import type { EventPlace, StoppedAt } from '../../application/ports/audit-projections.ts';
import type { StreamName } from '../../application/ports/event-names.ts';
import type { RecordedEvent } from '../../application/ports/event-store.ts';
import { rowsOf, type Connection } from './database.ts';
import { isAboutData, wordsOf } from './failure.ts';
import type { Poison, ProjectionTransaction, Projector } from './projector/projector.ts';

/** Where a table's copy stands: it is seen by its own session alone and goes with it. */
export const copyOf = (table: string): string => `pg_temp.${table}`;

const session = [
  // Plans made while the copies were empty would scan them whole once they are not.
  'set plan_cache_mode = force_custom_plan',
  `set temp_buffers = '32MB'`,
];

/** Empty tables of a projector, in this session only. */
export const makeCopy = async (connection: Connection, { tables }: Projector): Promise<void> => {
  for (const statement of session) await connection.query(statement);
  for (const { name, create } of tables) await connection.query(create({ table: copyOf(name), name: (plain) => plain }));
};

const transactionOf = (connection: Connection, { name: projector }: Projector): ProjectionTransaction => ({
  table: copyOf,
  rows: (name, text, values, row) => rowsOf(connection, { name: `projection_audit.${projector}.${name}`, text }, values, row),
});

type Attempt = Result<void, Poison | Readonly<{ kind: 'Spoilt'; reason: string }> | Unavailable>;

/** All of `events` or none. Short transactions: one that writes holds every feed of the cluster back. */
const attempt = async (connection: Connection, projector: Projector, events: readonly RecordedEvent[]): Promise<Attempt> => {
  await connection.query('begin');
  try {
    const applied = await projector.apply(transactionOf(connection, projector), events);
    await connection.query(applied.isOk() ? 'commit' : 'rollback');
    return applied;
  } catch (error) {
    if (!isAboutData(error)) throw error;
    await connection.query('rollback');
    return err({ kind: 'Spoilt', reason: wordsOf(error) });
  }
};

const reasonOf = (failure: Poison | Readonly<{ kind: 'Spoilt'; reason: string }>): string =>
  failure.kind === 'Spoilt' ? failure.reason : (failure.events[0]?.reason ?? 'it cannot be applied');

/** Applies events to the copy; when they cannot be applied together, one by one, to find those at fault. */
export const replayIntoCopy = async (
  connection: Connection,
  projector: Projector,
  events: readonly RecordedEvent[],
  skips: (place: EventPlace) => boolean,
): Promise<Result<readonly StoppedAt[], Unavailable>> => {
  const together = await attempt(connection, projector, events);
  if (together.isOk()) return ok([]);
  if (together.error.kind === 'Unavailable') return err(together.error);
  const stopped = new Map<StreamName, StoppedAt>();
  for (const event of events) {
    const { stream, revision } = event;
    if (stopped.has(stream)) continue;
    const alone = await attempt(connection, projector, [event]);
    if (alone.isOk()) continue;
    if (alone.error.kind === 'Unavailable') return err(alone.error);
    if (!skips({ stream, revision })) stopped.set(stream, { stream, revision, reason: reasonOf(alone.error) });
  }
  return ok([...stopped.values()]);
};
