import type pg from 'pg';
import type { WorkHandler, WorkOutcome } from '../../../application/work-lists/work-handler.ts';
import { workKinds, type WorkKind } from '../../../application/work-lists/work-kinds.ts';
import { backoff, createLoop } from '../background-loop.ts';
import { wordsOf } from '../failure.ts';
import { createWorkLeases, type Lease } from './work-leases.ts';

export type WorkHealth = Readonly<{
  running: boolean;
  /** Items worked on at this moment. */
  active: number;
  /** Why the list itself could not be read or written; null once it can. */
  lastError: string | null;
}>;

export interface WorkRuntime {
  start(): void;
  /**
   * Takes nothing more and begins nothing more, and waits for what is in flight, which is cut only after `graceMillis`;
   * what gives up is given back untried.
   */
  stop(): Promise<void>;
  /** Something may be due: the projection has changed. */
  wake(): void;
  health(): WorkHealth;
}

export type WorkParts = Readonly<{
  pool: pg.Pool;
  handlers: Readonly<Partial<Record<WorkKind, WorkHandler>>>;
  /** Of what is taken here only behind a step that was just done here, beside all that is taken from the list. */
  following?: Readonly<Partial<Record<WorkKind, WorkHandler>>>;
  /** Items at a time, at most. */
  concurrency?: number;
  leaseMillis?: number;
  /** How long what is in flight may take to end once the runtime stops. */
  graceMillis?: number;
  /** How long an item of another replica's making may go unnoticed. */
  pollMillis?: number;
  /** Milliseconds before another try, by how many there were. */
  pauseAfterAttempts?: (attempts: number) => number;
}>;

type Running = { lease: Lease; readonly cut: AbortController; readonly stopping: AbortSignal; ended: Promise<void>; renewedAt: number };

/** A chunk or a refresh mostly ends in this; under the time in which the whole process has to end. */
const defaultGraceMillis = 20_000;

/** Between two looks at an item that is due and in somebody else's hands, and between two that it is woken for within one. */
const breathMillis = 10;

const untilNextTry = backoff(1_000, 300_000);
const afterFailure = backoff(100, 5_000);

/**
 * Works through the work list by leases: over all replicas one worker at a time has an item. An item whose worker was
 * killed is leased again when its lease has run out.
 */
export const createWorkRuntime = (parts: WorkParts): WorkRuntime => {
  const { pool, handlers, following = {}, concurrency = 4, leaseMillis = 30_000, pollMillis = 1_000 } = parts;
  const { graceMillis = defaultGraceMillis, pauseAfterAttempts = untilNextTry } = parts;
  const kinds = workKinds.filter((kind) => handlers[kind] !== undefined);
  const leases = createWorkLeases(pool);
  const running = new Set<Running>();
  /** While there is more than can be worked on, so many at a time are taken. */
  const takenTogether = Math.ceil(concurrency / 4);
  let isBacklogged = false;
  let lastError: string | null = null;
  let renewing: NodeJS.Timeout | undefined;
  let stopping = new AbortController();

  const allHandlers = { ...following, ...handlers };

  const handle = async ({ lease: { work }, cut, stopping: told }: Running): Promise<WorkOutcome> => {
    try {
      const outcome = await allHandlers[work.kind]?.(work, cut.signal, told);
      return outcome ?? { kind: 'Retry', afterMillis: 0, reason: 'nobody here handles this kind' };
    } catch (error) {
      return { kind: 'Retry', afterMillis: 0, reason: wordsOf(error) };
    }
  };

  /** Step after step of one subject, each under its own lease, for as long as one follows at once. */
  const handleOnwards = async (entry: Running): Promise<void> => {
    for (;;) {
      const outcome = await handle(entry);
      const next = outcome.kind === 'Done' ? outcome.next : undefined;
      const goesOn = next !== undefined && allHandlers[next.kind] !== undefined && !entry.cut.signal.aborted && !entry.stopping.aborted;
      if (!goesOn) return settle(entry, outcome);
      const asked = performance.now();
      const begun = await leases.passOn(entry.lease, next, leaseMillis);
      if (begun === null) return;
      entry.lease = begun;
      entry.renewedAt = asked;
    }
  };

  const settle = async ({ lease, cut, stopping: told }: Running, outcome: WorkOutcome): Promise<void> => {
    if (outcome.kind === 'Done') return leases.done(lease, outcome.through);
    if (outcome.kind === 'Later') return leases.later(lease, outcome.afterMillis);
    if (cut.signal.aborted || (told.aborted && outcome.afterMillis === 0)) return leases.release([lease]);
    return leases.retry(lease, outcome.afterMillis + pauseAfterAttempts(lease.work.attempts), outcome.reason);
  };

  const run = (lease: Lease): void => {
    const entry: Running = { lease, cut: new AbortController(), stopping: stopping.signal, ended: Promise.resolve(), renewedAt: performance.now() };
    const work = async (): Promise<void> => {
      try {
        await handleOnwards(entry);
        lastError = null;
      } catch (error) {
        // The lease runs out by itself; then the item is tried again.
        lastError = wordsOf(error);
      } finally {
        running.delete(entry);
        if (!isBacklogged || concurrency - running.size >= takenTogether) loop.wake();
      }
    };
    running.add(entry);
    entry.ended = work();
  };

  /** Whoever may have lost the lease is told to end before another worker can have it. */
  const renew = async (): Promise<void> => {
    const entries = [...running].map((entry) => ({ entry, lease: entry.lease }));
    if (entries.length === 0) return;
    const asked = performance.now();
    try {
      const kept = new Set(await leases.renew(entries.map(({ lease }) => lease), leaseMillis));
      for (const { entry, lease } of entries) {
        if (kept.has(lease)) entry.renewedAt = Math.max(entry.renewedAt, asked);
        // What was passed on in the meantime has a lease of its own.
        else if (entry.lease === lease) entry.cut.abort();
      }
    } catch (error) {
      lastError = wordsOf(error);
      const outlived = performance.now() - (leaseMillis * 2) / 3;
      for (const { entry } of entries) if (entry.renewedAt < outlived) entry.cut.abort();
    }
  };

  const loop = createLoop({
    turn: async (signal) => {
      const free = concurrency - running.size;
      if (free <= 0 || kinds.length === 0) return pollMillis;
      const taken = await leases.take(kinds, free, leaseMillis);
      if (signal.aborted) {
        await leases.release(taken);
        return pollMillis;
      }
      taken.forEach(run);
      isBacklogged = taken.length === free;
      if (isBacklogged) return pollMillis;
      const due = await leases.nextDueMillis(kinds);
      return Math.min(pollMillis, Math.max(due ?? pollMillis, breathMillis));
    },
    pauseAfterFailure: afterFailure,
    restMillis: breathMillis,
  });

  return {
    start: () => {
      if (stopping.signal.aborted) stopping = new AbortController();
      loop.start();
      renewing ??= setInterval(() => void renew().catch(() => undefined), leaseMillis / 3);
    },
    stop: async () => {
      stopping.abort();
      const grace = setTimeout(() => running.forEach(({ cut }) => cut.abort()), graceMillis);
      await loop.stop();
      await Promise.all([...running].map(({ ended }) => ended));
      clearTimeout(grace);
      clearInterval(renewing);
      renewing = undefined;
    },
    wake: () => loop.wake(),
    health: () => ({ running: loop.health().running, active: running.size, lastError: loop.health().lastError ?? lastError }),
  };
};
