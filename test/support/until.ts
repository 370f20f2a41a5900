import { setTimeout as pause } from 'node:timers/promises';

/**
 * Resolves once the condition holds; fails with its last answer when it takes too long. For places where
 * `expect.poll` cannot be: outside of tests, and in concurrent ones.
 */
export const until = async <Found>(look: () => Promise<Found>, holds: (found: Found) => boolean, withinMillis = 20_000): Promise<void> => {
  const deadline = performance.now() + withinMillis;
  for (;;) {
    const found = await look();
    if (holds(found)) return;
    if (performance.now() > deadline) throw new Error(`not so within ${withinMillis} ms: ${JSON.stringify(found)}`);
    await pause(20);
  }
};
