import fc from 'fast-check';
import { expect, it } from 'vitest';
import { actions, RefreshModel, type Seen } from './refresh-model.ts';

const nothingWrong: Seen = { callsAtOnce: [], overwritten: [], fencesAtOnce: [], discarded: [] };

it('whoever crashes, pauses or comes late: one call at a time, nothing newer overwritten, no living token thrown away', () => {
  fc.assert(
    fc.property(actions, (given) => {
      const model = new RefreshModel();
      for (const action of given) model.run(action);
      model.settle();
      expect(model.seen).toEqual(nothingWrong);
    }),
    { numRuns: 8_000 },
  );
});
