import type { Result } from 'neverthrow';
import type { z } from 'zod';
import type { Unavailable } from '../../../application/failures.ts';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { RecordedEvent } from '../../../application/ports/event-store.ts';

/** `live` is what readers see; `next` is a rebuild in the making beside it. */
export type Copy = 'live' | 'next';

/** How a table and all that is named with it are called in one copy. */
export interface TableNames {
  /** Schema and name, as SQL. */
  readonly table: string;
  /** A constraint's or index's name in this copy. Names are at most 57 characters, so that the copy's suffix fits. */
  readonly name: (plain: string) => string;
}

/** One table of a projection. Its shape in the newest version equals what the migrations made of it. */
export type ProjectionTable = Readonly<{
  schema: 'tiktok_connections' | 'public';
  name: string;
  /** The table with its keys, every constraint named. */
  create: (names: TableNames) => string;
  /** Secondary indexes. */
  indexes: (names: TableNames) => readonly string[];
}>;

/** What a projector sees of the database: its own tables in the transaction that also moves the checkpoint. */
export interface ProjectionTransaction {
  /** Schema and name of one of the projector's tables in the copy that is written. */
  table(name: string): string;
  /** @param name of the statement, to be planned once per connection */
  rows<Row>(name: string, text: string, values: readonly unknown[], row: z.ZodType<Row>): Promise<readonly Row[]>;
}

/** An event that this projection cannot hold. `reason` holds no stored data. */
export type PoisonEvent = Readonly<{ stream: StreamName; revision: number; reason: string }>;
export type Poison = Readonly<{ kind: 'Poison'; events: readonly PoisonEvent[] }>;

/**
 * Folds events into tables. The rows that a history leads to depend on the history alone, never on how it was cut into
 * batches. It can cause nothing but rows.
 */
export type Projector = Readonly<{
  name: string;
  /** Raised with every change of what the rows hold: starting with a greater one rebuilds. */
  version: number;
  /** The settings that the rows depend on; another one rebuilds. Not a secret. */
  fingerprint: string;
  /** Only events of streams so named. */
  streamPrefixes: readonly string[];
  tables: readonly ProjectionTable[];
  /** Events in feed order, of streams that are not parked. May throw what the database throws. */
  apply: (transaction: ProjectionTransaction, events: readonly RecordedEvent[]) => Promise<Result<void, Poison | Unavailable>>;
  /** What an operator must know of the rows as they are, in sentences; for health. */
  alarms: (transaction: ProjectionTransaction) => Promise<readonly string[]>;
}>;
