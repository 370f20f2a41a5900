import type { Service } from '../wire/serve.ts';

const tickMs = 25;

/** Lets posts go on while nobody calls. It keeps no process alive, and ends with the simulator. */
export function startTicker({ simulation: { world }, progress, store, deliveries, stopping }: Service): void {
  const tick = async (): Promise<void> => {
    if (!progress.run() && world.outbox.length === 0) return;
    await store.save();
    deliveries.flush();
  };
  const timer = setInterval(() => {
    // What can't be stored now is stored with the next change, or refused to the next caller.
    tick().catch(() => undefined);
  }, tickMs);
  timer.unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
}
