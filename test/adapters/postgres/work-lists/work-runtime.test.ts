import { describe, expect, test, vi } from 'vitest';
import { emptyHead } from '../../../../src/application/ports/event-store.ts';
import type { LeasedWork, WorkHandler } from '../../../../src/application/work-lists/work-handler.ts';
import { absentPool } from '../../../support/projection-database.ts';
import { done, gate, workerRig } from './worker-rig.ts';

const { pool, anotherPool, put, run, start } = workerRig();

describe('a worker', () => {
  test('works through what is due, and each item once', async () => {
    for (let number = 0; number < 20; number += 1) await put(`item ${number}`);
    const seen: string[] = [];
    const runtime = start(async ({ subject }) => {
      seen.push(subject);
      return done;
    });
    await vi.waitFor(() => expect(seen).toHaveLength(20));
    await runtime.stop();
    expect(new Set(seen).size).toBe(20);
    expect(runtime.health()).toEqual({ running: false, active: 0, lastError: null });
  });

  test('has no more items at a time than it may', async () => {
    for (let number = 0; number < 10; number += 1) await put(`item ${number}`);
    let active = 0;
    let most = 0;
    let finished = 0;
    start(
      async () => {
        active += 1;
        most = Math.max(most, active);
        await pool().query('select pg_sleep(0.01)');
        active -= 1;
        finished += 1;
        return done;
      },
      { concurrency: 3 },
    );
    await vi.waitFor(() => expect(finished).toBe(10));
    expect(most).toBe(3);
  });

  test('begins an item when it falls due, and one that it is woken for, long before the next poll', async () => {
    await put('soon', 150);
    const seen: string[] = [];
    const runtime = start(
      async ({ subject }) => {
        seen.push(subject);
        return done;
      },
      { pollMillis: 3_600_000 },
    );
    await vi.waitFor(() => expect(seen).toEqual(['soon']), { timeout: 3_000 });
    await put('projected');
    runtime.wake();
    await vi.waitFor(() => expect(seen).toEqual(['soon', 'projected']), { timeout: 3_000 });
  });

  test('goes on with what follows at once under a lease of its own, and leaves to the list what it does not do', async () => {
    await put('item');
    const handed = { publication: { state: { status: 'none' }, head: emptyHead, lastOccurredAt: null }, uploadUrl: null, seen: null } as const;
    const seen: string[] = [];
    const leased: string[] = [];
    const note = async ({ kind, subject, revision }: LeasedWork): Promise<void> => {
      seen.push(`${kind} ${subject} ${revision}`);
      const { rows } = await pool().query<{ kind: string }>('select kind from tiktok_connections.work_runs where leased_until > now() order by kind');
      leased.push(rows.map((row) => row.kind).join());
    };
    const runtime = start(
      async (item) => {
        await note(item);
        return { kind: 'Done', next: { kind: 'send_chunks', revision: 3, handed } };
      },
      {
        following: {
          send_chunks: async (item) => {
            await note(item);
            expect(item.handed).toBe(handed);
            return { kind: 'Done', next: { kind: 'poll_publication', revision: 4, handed } };
          },
        },
      },
    );
    await vi.waitFor(() => expect(seen).toEqual(['destroy_keys item 2', 'send_chunks item 3']));
    await vi.waitFor(() => expect(runtime.health().active).toBe(0));
    expect(leased).toEqual(['destroy_keys', 'send_chunks']);
    const { rows } = await pool().query('select kind, done_revision, lease from tiktok_connections.work_runs order by kind');
    expect(rows).toEqual([{ kind: 'destroy_keys', done_revision: 2, lease: null }, { kind: 'send_chunks', done_revision: 3, lease: null }]);
  });

  test('finds by polling what others have put there', async () => {
    const seen: string[] = [];
    start(async ({ subject }) => {
      seen.push(subject);
      return done;
    }, { pollMillis: 20 });
    await put('foreign');
    await vi.waitFor(() => expect(seen).toEqual(['foreign']));
  });

  test('tries again later what asks for it or throws, counting the attempts', async () => {
    await put('item');
    const attempts: number[] = [];
    start(
      async (item) => {
        attempts.push(item.attempts);
        if (item.attempts === 1) throw new Error('a bug');
        return item.attempts === 2 ? { kind: 'Retry', afterMillis: 1, reason: 'not yet' } : done;
      },
      { pauseAfterAttempts: () => 1 },
    );
    await vi.waitFor(() => expect(attempts).toEqual([1, 2, 3]));
    await vi.waitFor(async () => expect(await run('item')).toMatchObject({ done_revision: 2, leased: false }));
  });

  test('pauses longer after each attempt when nothing else is said', async () => {
    await put('item');
    const runtime = start(async () => ({ kind: 'Retry', afterMillis: 10_000, reason: 'not yet' }));
    await vi.waitFor(async () => expect(await run('item')).toMatchObject({ attempts: 1, leased: false }));
    await runtime.stop();
    const { rows } = await pool().query<{ wait: number }>(
      'select extract(epoch from next_try_at - clock_timestamp())::float as wait from tiktok_connections.work_runs',
    );
    expect(rows[0]?.wait).toBeGreaterThan(10);
    expect(rows[0]?.wait).toBeLessThan(11.1);
  });

  test('keeps its lease for as long as it works, so that no other runs the item', async () => {
    await put('item');
    const working = gate();
    const ran = vi.fn();
    const handler: WorkHandler = async () => {
      ran();
      await working.opened;
      return done;
    };
    for (const one of [pool(), anotherPool()]) start(handler, { pool: one, leaseMillis: 300, pollMillis: 20 });
    await vi.waitFor(() => expect(ran).toHaveBeenCalled());
    await pool().query('select pg_sleep(0.9)');
    expect(ran).toHaveBeenCalledTimes(1);
    working.open();
    await vi.waitFor(async () => expect(await run('item')).toMatchObject({ done_revision: 2 }));
  });

  test('that was killed is followed by another when its lease has run out', async () => {
    await put('item');
    await pool().query(`insert into tiktok_connections.work_runs (kind, subject, revision, attempts, lease, leased_until)
      values ('destroy_keys', 'item', 2, 1, gen_random_uuid(), now() + interval '200 ms')`);
    const attempts: number[] = [];
    start(async (item) => {
      attempts.push(item.attempts);
      return done;
    }, { pollMillis: 20 });
    await vi.waitFor(() => expect(attempts).toEqual([2]));
  });

  test('is told to end when its lease is gone', async () => {
    await put('item');
    const told = gate();
    start(
      async (_, signal) => {
        signal.addEventListener('abort', told.open);
        await told.opened;
        return { kind: 'Retry', afterMillis: 0, reason: 'told to end' };
      },
      { leaseMillis: 150, concurrency: 1 },
    );
    await vi.waitFor(async () => expect(await run('item')).toMatchObject({ leased: true }));
    await pool().query(`update tiktok_connections.work_runs set lease = gen_random_uuid(), leased_until = now() + interval '1 minute'`);
    await told.opened;
  });

  test('says that the list is away, and stops when told', async () => {
    const runtime = start(async () => done, { pool: absentPool() });
    await vi.waitFor(() => expect(runtime.health()).toEqual({ running: true, active: 0, lastError: 'ECONNREFUSED' }));
    await runtime.stop();
    expect(runtime.health().running).toBe(false);
  });
});
