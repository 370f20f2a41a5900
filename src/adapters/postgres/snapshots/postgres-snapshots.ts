import type pg from 'pg';
import { z } from 'zod';
import { chainHash, type StreamName } from '../../../application/ports/event-names.ts';
import type { KeptSnapshots, Snapshot, Snapshots } from '../../../application/ports/snapshots.ts';
import { ask, nothing } from '../database.ts';
import { connectionStateSchema } from './connection-state-schema.ts';
import { foldShape } from './fold-shape.ts';

const newest = {
  name: 'snapshots.newest',
  text: 'select state, revision, hash from tiktok_connections.snapshots where stream = $1 and shape = $2',
};

// What another shape left behind goes once no older replica can still be making it.
const keep = {
  name: 'snapshots.keep',
  text: `with gone as (
      delete from tiktok_connections.snapshots where stream = $1 and shape <> $2 and kept_at < now() - interval '1 day'
    )
    insert into tiktok_connections.snapshots as s (stream, shape, revision, hash, state) values ($1, $2, $3, $4, $5)
    on conflict (stream, shape) do update
    set revision = excluded.revision, hash = excluded.hash, state = excluded.state, kept_at = excluded.kept_at
    where (s.revision, s.hash) is distinct from (excluded.revision, excluded.hash)`,
};

/** Measured: see `npm run bench -- --only snapshots`. */
const every = 25;
/** Streams whose newest snapshot stays in memory, a few kB each. */
const rememberedStreams = 1_000;

const textOf = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('is no JSON');
    return z.NEVER;
  }
});

export type SnapshotsOptions<State> = Readonly<{
  /** As `foldShape` names it; asked for once, and not before there is something to load. */
  shape: () => string;
  state: z.ZodType<State>;
  every?: number;
}>;

export const createSnapshots = <State>(pool: pg.Pool, { shape, state, every: each = every }: SnapshotsOptions<State>): Snapshots<State> => {
  const row = z.object({ state: z.string(), revision: z.number(), hash: z.string().transform(chainHash) });
  const stored = textOf.pipe(state);
  let named: string | null = null;
  const shapeName = (): string => (named ??= shape());
  const known = new Map<StreamName, Snapshot<State>>();

  const remember = (stream: StreamName, snapshot: Snapshot<State> | null): void => {
    known.delete(stream);
    if (snapshot !== null) known.set(stream, snapshot);
    const [oldest] = known.keys();
    if (known.size > rememberedStreams && oldest !== undefined) known.delete(oldest);
  };

  return {
    every: each,
    remembered: (stream) => known.get(stream) ?? null,
    newest: (stream) =>
      ask(pool, newest, [stream, shapeName()], row).map(([found]) => {
        const parsed = found === undefined ? null : stored.safeParse(found.state);
        const snapshot = found === undefined || parsed?.success !== true ? null : { ...found, state: parsed.data };
        remember(stream, snapshot);
        return snapshot;
      }),
    keep: (stream, snapshot) => {
      remember(stream, snapshot);
      return ask(pool, keep, [stream, shapeName(), snapshot.revision, snapshot.hash, JSON.stringify(snapshot.state)], nothing).map(() => undefined);
    },
  };
};

/** The file that the fold of connections consists of. */
export const connectionFold = new URL('../../../domain/connection/state.ts', import.meta.url);

/** Snapshots of every kind of aggregate that has them. */
export const createKeptSnapshots = (pool: pg.Pool): KeptSnapshots => ({
  connection: createSnapshots(pool, { shape: () => foldShape(connectionFold, connectionStateSchema), state: connectionStateSchema }),
});
