import { onFirstUse } from './on-first-use.ts';
import type { Container } from './parts.ts';
import type { Stops } from './stops.ts';

/** All parts of the service. Loading them takes longer than being ready, so that comes after it. */
export type Whole = Readonly<{
  /** Loads them at the first call. */
  load: () => Promise<Container>;
  /** Null until then. */
  loaded: () => Container | null;
}>;

/** @param stops told how to end what the parts open by themselves */
export const wholeUpon = (ground: Container, stops: Stops): Whole => {
  let loaded: Container | null = null;
  return {
    loaded: () => loaded,
    load: onFirstUse(async () => {
      const [{ assembleUpon }, { loadTracing }] = [await import('./assemble.ts'), await import('./telemetry.ts')];
      const container = assembleUpon(ground, await loadTracing(ground.get('settings')));
      stops.add('traces', async () => container.get('tracing')?.stop());
      stops.add('outbound calls', () => container.get('outbound').close());
      stops.add('event store', () => container.get('eventStore').close());
      loaded = container;
      return container;
    }),
  };
};
