import { expect } from 'vitest';
import type { EventStoreDbEventStore } from '../../src/adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import type { StandIn } from '../support/eventstoredb-stand-in/start.ts';
import { openStoreProxy } from '../support/store-proxy.ts';
import { storeAt } from './faulty-store.ts';

/** What goes at a call: the connection, or the store with it, by SIGKILL. */
export type Loss = 'connection' | 'store';

export type Struck = Readonly<{
  prepare: () => Promise<void>;
  /** With a store of its own each time, as a process has it that has just started. */
  run: (store: EventStoreDbEventStore) => Promise<unknown>;
  /** What must hold then. */
  afterwards: () => Promise<void>;
}>;

/** Runs it once whole, then loses the way to the store at each of its calls: before the store has seen it, and with its answer. */
export const loseEachCall = async (standIn: StandIn, loss: Loss, { prepare, run, afterwards }: Struck): Promise<void> => {
  const proxy = await openStoreProxy(standIn.url);
  const runOnce = async (): Promise<void> => {
    const store = storeAt(proxy.url);
    await run(store);
    await store.close();
  };
  await prepare();
  await runOnce();
  await afterwards();
  const calls = proxy.calls();
  expect(calls).toBeGreaterThan(2);
  for (let nth = 1; nth <= calls; nth += 1) {
    for (const side of ['before', 'after'] as const) {
      await prepare();
      const struck = proxy.strikeAt({ call: 'any', nth, side, trouble: 'cut' });
      const lost = struck.then(async () => {
        if (loss === 'connection') return;
        await standIn.kill();
        await standIn.restart();
      });
      await runOnce();
      await lost;
      await afterwards();
    }
  }
  await proxy.close();
};
