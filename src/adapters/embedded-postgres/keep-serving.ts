import { setTimeout as delay } from 'node:timers/promises';
import type { Result } from 'neverthrow';
import type { EmbeddedPostgresProblem } from './problem.ts';
import type { Serving } from './start.ts';

const firstPauseMilliseconds = 200;
const longestPauseMilliseconds = 10_000;

/**
 * Starts the server again, on the same port, whenever it ends although nobody stopped it.
 * @param relaunch makes one attempt
 * @returns stops both the watching and the server
 */
export const keepServing = (
  first: Serving,
  relaunch: () => Promise<Result<Serving, EmbeddedPostgresProblem>>,
  log: (line: string) => void,
): (() => Promise<void>) => {
  const stopped = new AbortController();
  let current = first;
  const revive = async (): Promise<Serving | undefined> => {
    for (let pause = firstPauseMilliseconds; !stopped.signal.aborted; pause = Math.min(2 * pause, longestPauseMilliseconds)) {
      const launched = await relaunch();
      if (launched.isOk()) return launched.value;
      log(launched.error.sentence);
      await delay(pause, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
    }
    return undefined;
  };
  const watch = async (): Promise<void> => {
    for (;;) {
      const how = await current.postmaster.ended;
      if (stopped.signal.aborted) return;
      log(`PostgreSQL ended unexpectedly (${how}); it is started again.`);
      const revived = await revive();
      if (revived === undefined) return;
      current = revived;
      if (stopped.signal.aborted) return;
      log(`PostgreSQL serves again on 127.0.0.1:${current.door.port}.`);
    }
  };
  const watching = watch().catch((error: unknown) => log(`PostgreSQL is not watched any more: ${String(error)}`));
  return async () => {
    stopped.abort();
    await current.postmaster.stop();
    await watching;
    await current.postmaster.stop();
  };
};
