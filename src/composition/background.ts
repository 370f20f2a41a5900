import { backgroundOf } from './background-parts.ts';
import type { Container } from './parts.ts';
import type { Stop, Stops } from './stops.ts';
import { watchHealth } from './watch-health.ts';

/** A refresh outlives whoever asked for it: its answer is kept, for the token that it used is used up. */
const untilRefreshed = async (underWay: ReadonlyMap<unknown, Promise<unknown>>): Promise<void> => {
  while (underWay.size > 0) await Promise.allSettled(underWay.values());
};

/** Answers the work, which ends together with HTTP. The projectors end behind both: a request in flight waits for them. */
const startWorking = (container: Container, stops: Stops): readonly Stop[] => {
  const projectors = container.get('projectors');
  stops.add('projectors', () => projectors.stop());
  const parts = backgroundOf(container);
  projectors.start();
  for (const { part } of parts) part.start();
  return parts.map(({ name, part }) => ({ name, stop: () => part.stop() }));
};

/** At the stop no more work is taken from the first moment on, while HTTP answers what is in flight. @param http how it stops */
export const startBackground = (container: Container, http: Stop, stops: Stops): void => {
  const apiKeys = container.get('apiKeys');
  apiKeys.start();
  stops.add('API keys', () => apiKeys.stop());
  const work = container.get('settings').roles.includes('worker') ? startWorking(container, stops) : [];
  stops.add('health watch', watchHealth(container).stop);
  const { underWay } = container.get('tokenPorts');
  stops.add('refreshes', () => untilRefreshed(underWay));
  stops.addTogether([http, ...work]);
};
