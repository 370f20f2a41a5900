import { expect, test, vi } from 'vitest';
import { createStops } from '../../src/composition/stops.ts';

const log = () => ({ error: vi.fn() });

test('what was started together is told to stop at the same moment, and what it needs once all of it has ended', async () => {
  const told: string[] = [];
  const http = Promise.withResolvers<undefined>();
  const work = Promise.withResolvers<undefined>();
  const part = (name: string, ended: Promise<undefined> = Promise.resolve(undefined)) => ({
    name,
    stop: () => {
      told.push(name);
      return ended;
    },
  });
  const stops = createStops(log());
  stops.add('store', part('store').stop);
  stops.add('projectors', part('projectors').stop);
  stops.addTogether([part('HTTP', http.promise), part('work', work.promise)]);
  const stopped = stops.run();
  expect(told).toEqual(['HTTP', 'work']);
  work.resolve(undefined);
  await work.promise;
  expect(told).toEqual(['HTTP', 'work']);
  http.resolve(undefined);
  await stopped;
  expect(told).toEqual(['HTTP', 'work', 'projectors', 'store']);
});

test('a part that cannot stop is named in the log and keeps no other running', async () => {
  const logged = log();
  const store = vi.fn(() => Promise.resolve());
  const work = vi.fn(() => Promise.resolve());
  const stops = createStops(logged);
  stops.add('store', store);
  stops.addTogether([{ name: 'HTTP', stop: () => Promise.reject(new Error('stuck')) }, { name: 'work', stop: work }]);
  await stops.run();
  expect(work).toHaveBeenCalledTimes(1);
  expect(store).toHaveBeenCalledTimes(1);
  expect(logged.error).toHaveBeenCalledWith(expect.objectContaining({ part: 'HTTP' }), expect.any(String));
});
