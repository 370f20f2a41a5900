import { describe, expect, it } from 'vitest';
import { createWatchers } from '../../../../src/adapters/http/live/watchers.ts';

describe('answers that stay open', () => {
  it('are counted by caller, and in all', () => {
    const watchers = createWatchers();
    const ofOne = Array.from({ length: 21 }, () => watchers.begin('user:a'));
    expect(ofOne.filter((watcher) => watcher !== null).length).toBe(20);
    const ofOthers = Array.from({ length: 1_000 }, (_, index) => watchers.begin(`user:${index}`));
    expect(ofOthers.filter((watcher) => watcher !== null).length).toBe(980);
    ofOne[0]?.end();
    ofOne[0]?.end();
    expect([watchers.begin('user:a') === null, watchers.begin('user:a') === null]).toEqual([false, true]);
  });

  it('all end when the service stops, and so does whoever comes then', () => {
    const watchers = createWatchers();
    const before = watchers.begin('user:a');
    expect(before?.signal.aborted).toBe(false);
    watchers.endAll();
    expect([before?.signal.aborted, watchers.begin('user:a')?.signal.aborted]).toEqual([true, true]);
  });
});
