import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { LeasedWork, NextStep } from '../../../application/work-lists/work-handler.ts';
import { workKinds, type WorkKind } from '../../../application/work-lists/work-kinds.ts';
import { nothing, rowsOf, withoutWaiting } from '../database.ts';
import { gather } from '../gather.ts';
import { connectionIdColumn, instantColumn } from '../row-types.ts';

export type Lease = Readonly<{ id: string; work: LeasedWork }>;

export interface WorkLeases {
  /** At most `limit` due items of these kinds that nobody works on, each leased for `leaseMillis`. */
  take(kinds: readonly WorkKind[], limit: number, leaseMillis: number): Promise<readonly Lease[]>;
  /** Answers those that still were ours; they are for `leaseMillis` from now. */
  renew(leases: readonly Lease[], leaseMillis: number): Promise<readonly Lease[]>;
  /** This revision, or all of this kind up to `through`, is not run again, by nobody. */
  done(lease: Lease, through?: number): Promise<void>;
  /** As `done`, and leases the next item of the subject, which the list need not have yet. Null where somebody else has it or had it. */
  passOn(lease: Lease, next: NextStep, leaseMillis: number): Promise<Lease | null>;
  /** To be tried again after so many milliseconds, if the lease is still ours. */
  retry(lease: Lease, afterMillis: number, reason: string): Promise<void>;
  /** Went well and is due again after so many milliseconds, if the lease is still ours: attempts count anew. */
  later(lease: Lease, afterMillis: number): Promise<void>;
  /** Given back untried: the attempt does not count. */
  release(leases: readonly Lease[]): Promise<void>;
  /** Milliseconds until the next item may be due, 0 when one is; null when there is none. */
  nextDueMillis(kinds: readonly WorkKind[]): Promise<number | null>;
}

const items = 'tiktok_connections.work_items';
const runs = 'tiktok_connections.work_runs';

// No two of these statements may wait for each other: whoever waits for an item holds no run, and whoever holds runs waits
// for further ones in the order of their names. The projector holds items and waits for no run.
// None of them waits for the disk: a lease, or that something was done, which a crash of the database has forgotten is had
// again, and a step that is repeated decides from the stream.

// A kind at a time and by now(), so that the index gives the oldest first: clock_timestamp() is asked anew for every row.
// runnable_at is a hint that keeps the scan short; work_runs decides. A hint that was wrong (a rebuild made the row
// while the item was worked on) is put right here.
const take = {
  name: 'work_leases.take',
  text: `with due as (
      select oldest.* from unnest($1::text[]) as wanted (kind) cross join lateral (
        select kind, subject, connection_id, life, revision, due_at, runnable_at from ${items}
        where kind = wanted.kind and runnable_at <= now() order by runnable_at limit $2 for update skip locked) as oldest
      where ${withoutWaiting} order by oldest.runnable_at limit $2
    ), judged as (
      select d.*, coalesce(r.done_revision, 0) >= d.revision as is_done,
        greatest(r.leased_until, case when r.revision = d.revision then r.next_try_at end) as not_before
      from due d left join ${runs} r using (kind, subject)
    ), leased as (
      insert into ${runs} as r (kind, subject, revision, attempts, lease, leased_until)
      select kind, subject, revision, 1, $4::uuid, clock_timestamp() + $3 * interval '1 millisecond' from judged
      where not is_done and coalesce(not_before, '-infinity') <= clock_timestamp() order by kind, subject
      on conflict (kind, subject) do update set revision = excluded.revision,
        attempts = case when r.revision = excluded.revision then r.attempts + 1 else 1 end,
        next_try_at = null, lease = excluded.lease, leased_until = excluded.leased_until
      where (r.leased_until is null or r.leased_until <= clock_timestamp()) and r.done_revision < excluded.revision
      returning kind, subject, attempts, leased_until
    ), hinted as (
      update ${items} i set runnable_at = case when j.is_done then null else greatest(l.leased_until, j.not_before, j.due_at) end
      from judged j left join leased l using (kind, subject)
      where i.kind = j.kind and i.subject = j.subject and (j.is_done or l.kind is not null or j.not_before > clock_timestamp())
    )
    select j.kind, j.subject, j.connection_id, j.life, j.revision, j.due_at, l.attempts
    from judged j join leased l using (kind, subject)`,
};

const renew = {
  name: 'work_leases.renew',
  text: `with mine as materialized (
      select r.kind, r.subject from unnest($1::text[], $2::text[], $4::uuid[]) as w (kind, subject, lease)
      join ${runs} r using (kind, subject) where r.lease = w.lease and r.leased_until > clock_timestamp() and ${withoutWaiting}
      order by r.kind, r.subject for update of r
    )
    update ${runs} r set leased_until = clock_timestamp() + $3 * interval '1 millisecond'
    from mine m where r.kind = m.kind and r.subject = m.subject
    returning r.kind, r.subject`,
};

// The list may come later than the lease: whoever writes the item then finds that it is in somebody's hands.
const passOn = {
  name: 'work_leases.pass_on',
  text: `insert into ${runs} as r (kind, subject, revision, attempts, lease, leased_until)
    select kind, subject, revision, 1, lease, clock_timestamp() + millis * interval '1 millisecond'
    from unnest($1::text[], $2::text[], $3::integer[], $4::uuid[], $5::integer[]) as w (kind, subject, revision, lease, millis) where ${withoutWaiting} order by kind, subject
    on conflict (kind, subject) do update set revision = excluded.revision, attempts = 1, next_try_at = null,
      lease = excluded.lease, leased_until = excluded.leased_until
    where (r.leased_until is null or r.leased_until <= clock_timestamp()) and r.done_revision < excluded.revision
    returning kind, subject`,
};

// Done is done, also when the lease ran out meanwhile. A later revision stays runnable. An item that the projector is
// writing is not waited for: its hint will be put right. Each run is had from the index by itself, whatever the planner
// thinks of the size of the table.
const done = {
  name: 'work_leases.done',
  text: `with mine as materialized (
      select r.kind, r.subject, w.revision, w.lease
      from (select * from unnest($1::text[], $2::text[], $3::integer[], $4::uuid[]) as ended (kind, subject, revision, lease) order by kind, subject) as w
      cross join lateral (select kind, subject from ${runs} where kind = w.kind and subject = w.subject limit 1 for update) as r
      where ${withoutWaiting}
    ), finished as (
      update ${runs} r set done_revision = greatest(r.done_revision, m.revision),
        lease = case when r.lease = m.lease then null else r.lease end,
        leased_until = case when r.lease = m.lease then null else r.leased_until end,
        attempts = case when r.lease = m.lease then 0 else r.attempts end,
        last_reason = null
      from mine m where r.kind = m.kind and r.subject = m.subject
    ), free as materialized (
      select i.kind, i.subject, m.revision from mine m join ${items} i using (kind, subject) for update of i skip locked
    )
    update ${items} i set runnable_at = case when i.revision <= f.revision then null else i.due_at end
    from free f where i.kind = f.kind and i.subject = f.subject`,
};

// The condition that always holds has the item locked before the run.
const retry = {
  name: 'work_leases.retry',
  text: `with item as materialized (select from ${items} where kind = $1 and subject = $2 for update), waiting as (
      update ${runs} set lease = null, leased_until = null, last_reason = $6, attempts = case when $6::text is null then 0 else attempts end,
        next_try_at = clock_timestamp() + $5 * interval '1 millisecond'
      where kind = $1 and subject = $2 and lease = $4 and (select count(*) from item) <= 1 and ${withoutWaiting} returning next_try_at
    )
    update ${items} i set runnable_at = case when i.revision = $3 then greatest(waiting.next_try_at, i.due_at) else i.due_at end
    from waiting where i.kind = $1 and i.subject = $2`,
};

const release = {
  name: 'work_leases.release',
  text: `with mine as materialized (
      select r.kind, r.subject from unnest($1::text[], $2::text[], $3::uuid[]) as w (kind, subject, lease)
      join ${runs} r using (kind, subject) where r.lease = w.lease and ${withoutWaiting} order by r.kind, r.subject for update of r
    ), given_back as (
      update ${runs} r set lease = null, leased_until = null, attempts = r.attempts - 1
      from mine m where r.kind = m.kind and r.subject = m.subject
    ), free as materialized (
      select i.kind, i.subject from mine m join ${items} i using (kind, subject) for update of i skip locked
    )
    update ${items} i set runnable_at = i.due_at from free f where i.kind = f.kind and i.subject = f.subject`,
};

const nextDue = {
  name: 'work_leases.next_due',
  text: `select min(next.at) as millis from unnest($1::text[]) as wanted (kind) cross join lateral (
      select (extract(epoch from runnable_at - clock_timestamp()) * 1000)::double precision as at from ${items}
      where kind = wanted.kind and runnable_at is not null order by runnable_at limit 1) as next`,
};

const workRow = z.object({
  kind: z.enum(workKinds),
  subject: z.string(),
  connection_id: connectionIdColumn,
  life: z.number(),
  revision: z.number(),
  due_at: instantColumn,
  attempts: z.number(),
});
const subjectRow = z.object({ kind: z.string(), subject: z.string() });
const millisRow = z.object({ millis: z.number().nullable() });

const nameOf = ({ kind, subject }: Readonly<{ kind: string; subject: string }>): string => JSON.stringify([kind, subject]);

const keysOf = (leases: readonly Lease[]) => ({
  kinds: leases.map(({ work }) => work.kind),
  subjects: leases.map(({ work }) => work.subject),
  ids: leases.map(({ id }) => id),
});

type Ended = Readonly<{ lease: Lease; through: number }>;
type Wanted = Readonly<{ lease: Lease; leaseMillis: number }>;

/** Leases by the database's clock. Every call rejects when the database is away. */
export const createWorkLeases = (pool: pg.Pool): WorkLeases => {
  const finish = async (ended: readonly Ended[]): Promise<readonly null[]> => {
    const { kinds, subjects, ids } = keysOf(ended.map(({ lease }) => lease));
    await rowsOf(pool, done, [kinds, subjects, ended.map(({ through }) => through), ids], nothing);
    return ended.map(() => null);
  };
  const finishOne = gather({ send: finish, atOnce: 1, mostTogether: 64 });
  const begin = async (wanted: readonly Wanted[]): Promise<readonly (Lease | null)[]> => {
    const { kinds, subjects, ids } = keysOf(wanted.map(({ lease }) => lease));
    const rows = await rowsOf(pool, passOn, [kinds, subjects, wanted.map(({ lease }) => lease.work.revision), ids, wanted.map(({ leaseMillis }) => leaseMillis)], subjectRow);
    const ours = new Set(rows.map(nameOf));
    return wanted.map(({ lease }) => (ours.has(nameOf(lease.work)) ? lease : null));
  };
  const beginOne = gather({ send: begin, atOnce: 1, mostTogether: 64 });
  return {
    take: async (kinds, limit, leaseMillis) => {
      const id = randomUUID();
      const rows = await rowsOf(pool, take, [kinds, limit, leaseMillis, id], workRow);
      return rows.map(({ connection_id: connectionId, due_at: dueAt, ...row }) => ({ id, work: { ...row, connectionId, dueAt } }));
    },
    renew: async (leases, leaseMillis) => {
      const { kinds, subjects, ids } = keysOf(leases);
      const rows = await rowsOf(pool, renew, [kinds, subjects, leaseMillis, ids], subjectRow);
      const ours = new Set(rows.map(nameOf));
      return leases.filter(({ work }) => ours.has(nameOf(work)));
    },
    done: async (lease, through = lease.work.revision) => {
      await finishOne({ lease, through: Math.max(through, lease.work.revision) });
    },
    passOn: async (lease, { kind, revision, handed }, leaseMillis) => {
      const next = { id: randomUUID(), work: { ...lease.work, kind, revision, attempts: 1, handed } };
      const [begun] = await Promise.all([beginOne({ lease: next, leaseMillis }), finishOne({ lease, through: lease.work.revision })]);
      return begun;
    },
    retry: async ({ id, work }, afterMillis, reason) => {
      await rowsOf(pool, retry, [work.kind, work.subject, work.revision, id, afterMillis, reason], nothing);
    },
    later: async ({ id, work }, afterMillis) => {
      await rowsOf(pool, retry, [work.kind, work.subject, work.revision, id, afterMillis, null], nothing);
    },
    release: async (leases) => {
      const { kinds, subjects, ids } = keysOf(leases);
      await rowsOf(pool, release, [kinds, subjects, ids], nothing);
    },
    nextDueMillis: async (kinds) => {
      const [next] = await rowsOf(pool, nextDue, [kinds], millisRow);
      const millis = next?.millis ?? null;
      return millis === null ? null : Math.max(0, millis);
    },
  };
};
