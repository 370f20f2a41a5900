import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actions, PublicationModel } from './publication-model.ts';

describe.each(['upload', 'pull'] as const)('a publication that TikTok gets by %s, on replicas that stall and crash', (transfer) => {
  it('never yields two posts, and what ended without one stays without', () => {
    const ends = new Map<string, number>();
    fc.assert(
      fc.property(actions, (steps) => {
        const model = new PublicationModel(transfer);
        for (const step of steps) {
          model.run(step);
          expect(model.posts).toBeLessThanOrEqual(1);
          if (model.state.status === 'failed' || model.state.status === 'cancelled') expect(model.posts).toBe(0);
          if (model.state.status === 'published') expect(model.posts).toBe(1);
        }
        ends.set(model.state.status, (ends.get(model.state.status) ?? 0) + 1);
      }),
      { numRuns: 800 },
    );
    // The runs reach what they are about.
    for (const status of ['published', 'cancelled', transfer === 'upload' ? 'failed' : 'outcome_unknown']) expect(ends.get(status) ?? 0, status).toBeGreaterThan(5);
  }, 120_000);
});
