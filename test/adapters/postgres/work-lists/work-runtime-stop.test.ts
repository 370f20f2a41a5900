import { describe, expect, test, vi } from 'vitest';
import { done, gate, workerRig } from './worker-rig.ts';

const { pool, put, run, start } = workerRig();

describe('a worker that stops', () => {
  test('gives back untried what it had to cut when it stopped, and takes nothing more', async () => {
    await put('item');
    const runtime = start(
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ kind: 'Retry', afterMillis: 60_000, reason: 'cut' }));
        }),
      { graceMillis: 20 },
    );
    await vi.waitFor(() => expect(runtime.health().active).toBe(1));
    await runtime.stop();
    expect(await run('item')).toEqual({ done_revision: 0, attempts: 0, leased: false });
    const ran = vi.fn();
    start(async () => {
      ran();
      return done;
    });
    await vi.waitFor(() => expect(ran).toHaveBeenCalledTimes(1));
  });

  test('says at once that it stops, cuts nothing in flight, and gives back untried what ends for that', async () => {
    await put('item');
    const inFlight = gate();
    const cut = vi.fn();
    const told = vi.fn();
    const runtime = start(async (_, signal, stopping) => {
      signal.addEventListener('abort', cut);
      stopping?.addEventListener('abort', told);
      await inFlight.opened;
      return { kind: 'Retry', afterMillis: 0, reason: 'stopping' };
    });
    await vi.waitFor(() => expect(runtime.health().active).toBe(1));
    const stopped = runtime.stop();
    expect(told).toHaveBeenCalledTimes(1);
    inFlight.open();
    await stopped;
    expect(cut).not.toHaveBeenCalled();
    expect(await run('item')).toEqual({ done_revision: 0, attempts: 0, leased: false });
  });

  test('keeps the pause of what failed by itself while it stopped', async () => {
    await put('item');
    const working = gate();
    const runtime = start(async () => {
      await working.opened;
      return { kind: 'Retry', afterMillis: 60_000, reason: 'TikTok is away' };
    });
    await vi.waitFor(() => expect(runtime.health().active).toBe(1));
    const stopped = runtime.stop();
    working.open();
    await stopped;
    expect(await run('item')).toMatchObject({ done_revision: 0, attempts: 1, leased: false });
  });

  test('begins nothing of what it was about to lease when it was told to stop', async () => {
    await put('item');
    const asked = gate();
    const answered = gate();
    const heldPool = new Proxy(pool(), {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key);
        if (key !== 'query' || typeof member !== 'function') return member;
        return async (...values: unknown[]): Promise<unknown> => {
          const answer: unknown = await Reflect.apply(member, target, values);
          asked.open();
          await answered.opened;
          return answer;
        };
      },
    });
    const ran = vi.fn();
    const runtime = start(async () => {
      ran();
      return done;
    }, { pool: heldPool });
    await asked.opened;
    const stopped = runtime.stop();
    answered.open();
    await stopped;
    expect(ran).not.toHaveBeenCalled();
    expect(await run('item')).toEqual({ done_revision: 0, attempts: 0, leased: false });
  });

  test('that was stopped can be started again', async () => {
    const stops: (boolean | undefined)[] = [];
    const runtime = start(async (_, __, stopping) => {
      stops.push(stopping?.aborted);
      return done;
    });
    await runtime.stop();
    await put('item');
    runtime.start();
    await vi.waitFor(() => expect(stops).toEqual([false]));
  });

  test('finishes what it can finish before it stops', async () => {
    await put('item');
    const working = gate();
    const runtime = start(async () => {
      await working.opened;
      return done;
    });
    await vi.waitFor(() => expect(runtime.health().active).toBe(1));
    const stopped = runtime.stop();
    working.open();
    await stopped;
    expect(await run('item')).toMatchObject({ done_revision: 2, leased: false });
  });
});
