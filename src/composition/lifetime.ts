import process from 'node:process';

export type Ending = Readonly<{ reason: string }>;

/** How often a service that npm started looks whether npm is still there. */
const parentCheckMillis = 500;

/**
 * Resolves when the service is told to end: SIGTERM, SIGINT, or the death of the npm that started it, which cannot
 * pass on a SIGKILL. A second signal ends the process at once.
 */
export const toldToEnd = (): Promise<Ending> =>
  new Promise((resolve) => {
    const parent = process.ppid;
    const startedByNpm = process.env['npm_lifecycle_event'] !== undefined;
    const watch = setInterval(() => {
      if (startedByNpm && process.ppid !== parent) end('npm is gone');
    }, parentCheckMillis);
    watch.unref();
    const end = (reason: string): void => {
      clearInterval(watch);
      resolve({ reason });
    };
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(130));
        end(signal);
      });
    }
  });

/** Nothing that hangs may keep the process longer than an orchestrator waits. */
export const endWithin = (millis: number, exitCode: number): void => {
  setTimeout(() => process.exit(exitCode), millis).unref();
};
