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

// Ends runs and begins others, told apart by the time that only a lease which begins has. Done is done, also when the lease
// ran out meanwhile; a later revision stays runnable. The list may come later than the lease: whoever writes the item then
// finds that it is in somebody's hands. An upsert has each run from its index, whatever the planner thinks of the size of
// the table. An item that the projector is writing is not waited for: its hint will be put right.
const goOn = {
  name: 'work_leases.go_on',
  text: `with told as materialized (
      select * from unnest($1::text[], $2::text[], $3::integer[], $4::uuid[], $5::integer[]) as w (kind, subject, revision, lease, millis) where ${withoutWaiting}
    ), written as (
      insert into ${runs} as r (kind, subject, revision, attempts, done_revision, lease, leased_until)
      select kind, subject, revision, case when millis is null then 0 else 1 end, case when millis is null then revision else 0 end, lease,
        clock_timestamp() + millis * interval '1 millisecond' from told order by kind, subject
      on conflict (kind, subject) do update set
        revision = case when excluded.leased_until is null then r.revision else excluded.revision end,
        attempts = case when excluded.leased_until is null and r.lease is distinct from excluded.lease then r.attempts else excluded.attempts end,
        next_try_at = case when excluded.leased_until is null then r.next_try_at end,
        done_revision = greatest(r.done_revision, excluded.done_revision),
        lease = case when excluded.leased_until is not null then excluded.lease when r.lease is distinct from excluded.lease then r.lease end,
        leased_until = case when excluded.leased_until is not null then excluded.leased_until when r.lease is distinct from excluded.lease then r.leased_until end,
        last_reason = case when excluded.leased_until is not null then r.last_reason end
      where excluded.leased_until is null
        or ((r.leased_until is null or r.leased_until <= clock_timestamp()) and r.done_revision < excluded.revision)
      returning lease
    ), free as materialized (
      select i.kind, i.subject, t.revision from told t join ${items} i using (kind, subject) where t.millis is null for update of i skip locked
    ), hinted as (
      update ${items} i set runnable_at = case when i.revision <= f.revision then null else i.due_at end
      from free f where i.kind = f.kind and i.subject = f.subject
    )
    select lease from written where lease is not null`,
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
const heldRow = z.object({ lease: z.string() });
const millisRow = z.object({ millis: z.number().nullable() });

const nameOf = ({ kind, subject }: Readonly<{ kind: string; subject: string }>): string => JSON.stringify([kind, subject]);

const keysOf = (leases: readonly Lease[]) => ({
  kinds: leases.map(({ work }) => work.kind),
  subjects: leases.map(({ work }) => work.subject),
  ids: leases.map(({ id }) => id),
});

/** A run that has ended with `revision`, or, where it has a time, one that begins. */
type Told = Readonly<{ lease: Lease; revision: number; millis: number | null }>;

/** What names a run that others before it name is told behind them: a statement writes each run once. */
const splitRepeated = (going: readonly (readonly Told[])[]): readonly [first: readonly (readonly Told[])[], again: readonly (readonly Told[])[]] => {
  const names = new Set<string>();
  const isRepeated = (one: readonly Told[]): boolean => {
    const own = one.map(({ lease }) => nameOf(lease.work));
    const repeated = own.some((name) => names.has(name));
    own.forEach((name) => names.add(name));
    return repeated;
  };
  const again = going.filter(isRepeated);
  return [again.length === 0 ? going : going.filter((one) => !again.includes(one)), again];
};

/** Leases by the database's clock. Every call rejects when the database is away. */
export const createWorkLeases = (pool: pg.Pool): WorkLeases => {
  const send = async (told: readonly Told[]): Promise<ReadonlySet<string>> => {
    const { kinds, subjects, ids } = keysOf(told.map(({ lease }) => lease));
    const rows = await rowsOf(pool, goOn, [kinds, subjects, told.map(({ revision }) => revision), ids, told.map(({ millis }) => millis)], heldRow);
    return new Set(rows.map(({ lease }) => lease));
  };
  /** @returns for each that tells something the ids of the leases that are held */
  const tell = async (going: readonly (readonly Told[])[]): Promise<readonly ReadonlySet<string>[]> => {
    const [first, again] = splitRepeated(going);
    const held = await send(first.flat());
    const later = again.length === 0 ? [] : await tell(again);
    const answers = [held, ...later];
    return going.map((one) => answers[again.indexOf(one) + 1] ?? held);
  };
  const tellTogether = gather({ send: tell, atOnce: 1, mostTogether: 64 });
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
      await tellTogether([{ lease, revision: Math.max(through, lease.work.revision), millis: null }]);
    },
    passOn: async (lease, { kind, revision, handed }, leaseMillis) => {
      const next = { id: randomUUID(), work: { ...lease.work, kind, revision, attempts: 1, handed } };
      const held = await tellTogether([{ lease, revision: lease.work.revision, millis: null }, { lease: next, revision, millis: leaseMillis }]);
      return held.has(next.id) ? next : null;
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
