import { z } from 'zod';
import { checkpoint, type Checkpoint } from '../../../application/ports/event-names.ts';
import { nothing, rowsOf, type Connection } from '../database.ts';
import type { Copy, Projector } from './projector.ts';

/** Where one copy of a projection stands, and what made it. */
export type ProjectionState = Readonly<{
  version: number;
  /** Null for tables just made by a migration, which are right for any settings. */
  fingerprint: string | null;
  checkpoint: Checkpoint | null;
  /** Changes with every parked, retried or skipped event. */
  parking: string;
}>;

const columns = 'version, fingerprint, checkpoint, parking';

const stateRow = z.object({
  version: z.number(),
  fingerprint: z.string().nullable(),
  checkpoint: z.string().transform(checkpoint).nullable(),
  parking: z.string(),
});

const read = { name: 'projections.read', text: `select ${columns} from tiktok_connections.projections where projection = $1 and copy = $2` };
const lock = { name: 'projections.lock', text: `${read.text} for update` };

const move = {
  name: 'projections.move',
  text: `update tiktok_connections.projections set checkpoint = $6, updated_at = clock_timestamp()
    where projection = $1 and copy = $2 and version = $3 and fingerprint = $4 and checkpoint is not distinct from $5
    returning ${columns}`,
};

const adopt = {
  name: 'projections.adopt',
  text: `update tiktok_connections.projections set fingerprint = $3
    where projection = $1 and copy = 'live' and version = $2 and fingerprint is null and checkpoint is null`,
};

const parkingChanged = {
  name: 'projections.parking_changed',
  text: `update tiktok_connections.projections set parking = parking + 1 where projection = $1 and copy = $2 returning ${columns}`,
};

const states = { name: 'projections.states', text: `select projection, checkpoint from tiktok_connections.projections where copy = 'live'` };
const namedCheckpoint = z.object({ projection: z.string(), checkpoint: z.string().transform(checkpoint).nullable() });

export const readState = async (connection: Connection, projection: string, copy: Copy): Promise<ProjectionState | null> =>
  (await rowsOf(connection, read, [projection, copy], stateRow))[0] ?? null;

/** Excludes drivers, rebuilds and operators from this copy until the transaction ends. Taken before any of its tables. */
export const lockState = async (connection: Connection, projection: string, copy: Copy): Promise<ProjectionState | null> =>
  (await rowsOf(connection, lock, [projection, copy], stateRow))[0] ?? null;

/** Gives tables that a migration has just made the settings of this projector. */
export const adoptTables = async (connection: Connection, { name, version, fingerprint }: Projector): Promise<void> => {
  await rowsOf(connection, adopt, [name, version, fingerprint], nothing);
};

/** Moves the checkpoint if it is still where this driver left it; null when somebody else was here. */
export const moveCheckpoint = async (
  connection: Connection,
  { name, version, fingerprint }: Projector,
  copy: Copy,
  from: Checkpoint | null,
  to: Checkpoint,
): Promise<ProjectionState | null> =>
  (await rowsOf(connection, move, [name, copy, version, fingerprint, from, to], stateRow))[0] ?? null;

/** Tells the drivers of this copy that its parked streams are others now. */
export const noteParking = async (connection: Connection, projection: string, copy: Copy): Promise<ProjectionState | null> =>
  (await rowsOf(connection, parkingChanged, [projection, copy], stateRow))[0] ?? null;

export const liveCheckpoints = async (connection: Connection): Promise<ReadonlyMap<string, Checkpoint | null>> =>
  new Map((await rowsOf(connection, states, [], namedCheckpoint)).map((row) => [row.projection, row.checkpoint]));
