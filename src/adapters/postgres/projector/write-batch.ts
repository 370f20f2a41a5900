import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import { unavailable, type Unavailable } from '../../../application/failures.ts';
import type { Checkpoint, StreamName } from '../../../application/ports/event-names.ts';
import type { FeedBatch, RecordedEvent, StoredEvent, UnreadableEvent } from '../../../application/ports/event-store.ts';
import { inTransaction } from '../database.ts';
import { databaseUnavailable } from '../failure.ts';
import { applyNarrowing, tryApply } from './narrowing.ts';
import { parkStream, readParking, skippedName, type Parking } from './parked-streams.ts';
import { moveCheckpoint, noteParking } from './projection-state.ts';
import type { Copy, Projector } from './projector.ts';

export type WrittenBatch =
  | Readonly<{ kind: 'Written'; parked: number }>
  /** The checkpoint was not where this writer left it: somebody else wrote, rebuilt or changed the settings. */
  | Readonly<{ kind: 'Moved' }>;

export interface BatchWriter {
  /** Rows and checkpoint change together or not at all. `mayCommit` is asked last. */
  write(from: Checkpoint | null, batch: FeedBatch, mayCommit?: () => boolean): Promise<Result<WrittenBatch, Unavailable>>;
  /** The same within a transaction of the caller, who rolls it back when this throws. */
  writeWithin(client: pg.PoolClient, from: Checkpoint | null, batch: FeedBatch): Promise<WrittenBatch>;
}

class RolledBack extends Error {
  readonly outcome: Unavailable | 'Narrow';

  constructor(outcome: Unavailable | 'Narrow') {
    super('rolled back');
    this.outcome = outcome;
  }
}

type Sifted = Readonly<{ readable: readonly RecordedEvent[]; unreadable: readonly UnreadableEvent[] }>;

/** Leaves out what parked streams have waiting, and stops each stream at its first unreadable event. */
export const sift = (events: readonly StoredEvent[], { parked, skipped }: Parking): Sifted => {
  const readable: RecordedEvent[] = [];
  const unreadable = new Map<StreamName, UnreadableEvent>();
  for (const event of events) {
    if (parked.has(event.stream) || unreadable.has(event.stream)) continue;
    if (event.readable) readable.push(event);
    else if (!skipped.has(skippedName(event.stream, event.revision))) unreadable.set(event.stream, event);
  }
  return { readable, unreadable: [...unreadable.values()] };
};

// A batch wants few rows of tables that may be large: none is read as a whole where an index finds them, and a plan kept from
// when a table was small would read all of it, batch after batch, once it is large. Rows and checkpoint are forgotten
// together by a crash of the database, and made again from the history: no commit of them waits for the disk.
const settings = 'set local plan_cache_mode = force_custom_plan; set local enable_seqscan = off; set local synchronous_commit = off';

export const createBatchWriter = (pool: pg.Pool, projector: Projector, copy: Copy): BatchWriter => {
  let known: (Parking & Readonly<{ version: string }>) | undefined;

  const parkingOf = async (client: pg.PoolClient, version: string): Promise<Parking> => {
    if (known?.version !== version) known = { ...(await readParking(client, projector.name, copy)), version };
    return known;
  };

  const apply = async (client: pg.PoolClient, { readable }: Sifted, skipped: ReadonlySet<string>, narrowing: boolean): Promise<number> => {
    if (narrowing) {
      const parked = await applyNarrowing(client, projector, copy, skipped, readable);
      if (parked.isErr()) throw new RolledBack(parked.error);
      return parked.value.size;
    }
    const applied = readable.length === 0 ? ok() : await tryApply(client, projector, copy, readable);
    if (applied.isErr()) throw new RolledBack(applied.error.kind === 'Unavailable' ? applied.error : 'Narrow');
    return 0;
  };

  const writeWithin = async (client: pg.PoolClient, from: Checkpoint | null, batch: FeedBatch, narrowing: boolean): Promise<WrittenBatch> => {
    const state = await moveCheckpoint(client, projector, copy, from, batch.checkpoint);
    if (state === null) return { kind: 'Moved' };
    const parking = await parkingOf(client, state.parking);
    const sifted = sift(batch.events, parking);
    for (const event of sifted.unreadable) await parkStream(client, projector.name, copy, event, event.reason);
    const parked = sifted.unreadable.length + (await apply(client, sifted, parking.skipped, narrowing));
    if (parked > 0) await noteParking(client, projector.name, copy);
    return { kind: 'Written', parked };
  };

  const writeOnce = (from: Checkpoint | null, batch: FeedBatch, mayCommit: () => boolean, narrowing: boolean): Promise<WrittenBatch> =>
    inTransaction(
      pool,
      async (client) => {
        const written = await writeWithin(client, from, batch, narrowing);
        if (!mayCommit()) throw new RolledBack(unavailable('database', 'driving was lost within a batch'));
        return written;
      },
      settings,
    );

  const write = async (from: Checkpoint | null, batch: FeedBatch, mayCommit: () => boolean, narrowing: boolean): Promise<Result<WrittenBatch, Unavailable>> => {
    try {
      return ok(await writeOnce(from, batch, mayCommit, narrowing));
    } catch (error) {
      if (!(error instanceof RolledBack)) return err(databaseUnavailable(error));
      return error.outcome === 'Narrow' ? write(from, batch, mayCommit, true) : err(error.outcome);
    }
  };

  return {
    write: (from, batch, mayCommit = () => true) => write(from, batch, mayCommit, false),
    writeWithin: (client, from, batch) => writeWithin(client, from, batch, true),
  };
};
