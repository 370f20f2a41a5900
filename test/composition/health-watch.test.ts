import { expect, test } from 'vitest';
import { createHealthWatch, type Trouble } from '../../src/composition/watch-health.ts';

const trouble = (about: string, reason: string): Trouble => ({ about, details: { about, reason }, begun: 'begun', over: 'over' });

test('a trouble is told once when it begins and once when it is over, each by itself', () => {
  const told: unknown[] = [];
  let now: readonly Trouble[] = [];
  const watch = createHealthWatch(() => now, {
    warn: (details, message) => void told.push([message, details]),
    info: (details, message) => void told.push([message, details]),
  });
  watch();
  now = [trouble('work', 'ECONNREFUSED')];
  watch();
  now = [trouble('work', 'another reason'), trouble('uploads', 'ENOSPC')];
  watch();
  watch();
  now = [trouble('uploads', 'ENOSPC')];
  watch();
  now = [];
  watch();
  watch();
  expect(told).toEqual([
    ['begun', { about: 'work', reason: 'ECONNREFUSED' }],
    ['begun', { about: 'uploads', reason: 'ENOSPC' }],
    ['over', { about: 'work', reason: 'another reason' }],
    ['over', { about: 'uploads', reason: 'ENOSPC' }],
  ]);
});
