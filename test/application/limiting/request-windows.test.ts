import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRequestWindows, mostUntold } from '../../../src/application/limiting/request-windows.ts';
import type { NewUses } from '../../../src/application/ports/shared-uses.ts';

const limit = { requests: 40, windowMillis: 60_000 };

test('a caller has the limit in a window that begins with its first request, and all of it again in the next', () => {
  const windows = createRequestWindows({ limit });
  const admitted = (times: number, now: number) => Array.from({ length: times }, () => windows.take('ada', now)).filter((taken) => taken.admitted).length;
  expect(windows.take('ada', 1_000)).toEqual({ admitted: true, remaining: 39, resetMillis: 60_000 });
  expect(admitted(50, 31_000)).toBe(39);
  expect(windows.take('ada', 60_999)).toEqual({ admitted: false, remaining: 0, resetMillis: 1 });
  expect(windows.take('ada', 61_000)).toEqual({ admitted: true, remaining: 39, resetMillis: 60_000 });
});

test('callers do not use up what is others’', () => {
  const windows = createRequestWindows({ limit });
  for (let taken = 0; taken < 45; taken += 1) windows.take('ada', 0);
  expect(windows.take('bob', 0)).toMatchObject({ admitted: true, remaining: 39 });
});

test('what was told by other replicas counts, and their window’s end is ours', () => {
  const windows = createRequestWindows({ limit });
  windows.take('ada', 0);
  expect(windows.shouldTell()).toBe(true);
  expect(windows.untold(0)).toEqual([{ caller: 'ada', requests: 1, leftMillis: 60_000 }]);
  windows.told([{ caller: 'ada', requests: 39, leftMillis: 10_000 }], 5);
  expect(windows.take('ada', 10)).toEqual({ admitted: true, remaining: 0, resetMillis: 9_995 });
  expect(windows.take('ada', 10).admitted).toBe(false);
  expect(windows.take('ada', 10_005)).toMatchObject({ admitted: true, remaining: 39 });
});

test('what could not be told is told the next time', () => {
  const windows = createRequestWindows({ limit });
  windows.take('ada', 0);
  windows.untold(0);
  windows.take('ada', 0);
  windows.notTold();
  expect(windows.untold(0)).toEqual([{ caller: 'ada', requests: 2, leftMillis: 60_000 }]);
});

test('callers whose windows have ended are forgotten, and beyond the most the one that came first', () => {
  const windows = createRequestWindows({ limit, mostCallers: 2 });
  for (const caller of ['ada', 'bob', 'cyd']) windows.take(caller, 0);
  expect(windows.look('ada', 0)).toBeNull();
  expect(windows.look('cyd', 0)).toMatchObject({ remaining: 39 });
  windows.take('dan', 60_000);
  expect(windows.look('cyd', 0)).toBeNull();
});

test('nothing is left of a forgotten caller, also where nobody is ever told', () => {
  const windows = createRequestWindows({ limit: { requests: 200, windowMillis: 60_000 }, mostCallers: 2 });
  for (const caller of ['ada', 'bob', 'cyd']) for (let taken = 0; taken < 5; taken += 1) windows.take(caller, 0);
  expect(windows.shouldTell()).toBe(true);
  windows.take('dan', 60_000);
  expect(windows.shouldTell()).toBe(false);
  expect(windows.untold(60_000)).toEqual([]);
});

type Step = Readonly<{ replica: number; tells: boolean }>;

/** One row of all replicas, as the database keeps it. */
const createRow = () => {
  let total = 0;
  return (uses: readonly NewUses[]) =>
    uses.map(({ caller, requests, leftMillis }) => {
      total += requests;
      return { caller, requests: total, leftMillis };
    });
};

test('however requests and tellings interleave, N replicas admit the limit, and (N - 1) times what each keeps to itself at most', () => {
  const replicas = fc.integer({ min: 1, max: 4 });
  const steps = fc.array(fc.record({ replica: fc.nat({ max: 3 }), tells: fc.boolean() }), { minLength: 200, maxLength: 400 });
  fc.assert(
    fc.property(replicas, steps, fc.integer({ min: 1, max: 120 }), (count, walk: readonly Step[], requests) => {
      const own = { requests, windowMillis: 60_000 };
      const all = Array.from({ length: count }, () => createRequestWindows({ limit: own }));
      const add = createRow();
      let admitted = 0;
      let asked = 0;
      for (const { replica, tells } of walk) {
        const windows = all[replica % count];
        if (windows === undefined) continue;
        if (tells || windows.mustTell('ada', 0)) windows.told(add(windows.untold(0)), 0);
        asked += 1;
        if (windows.take('ada', 0).admitted) admitted += 1;
      }
      expect(admitted).toBeLessThanOrEqual(requests + (count - 1) * mostUntold(own));
      if (count === 1) expect(admitted).toBe(Math.min(requests, asked));
    }),
  );
});
