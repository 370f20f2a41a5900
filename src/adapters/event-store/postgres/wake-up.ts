/** Tells waiting feeds that something was appended, here or by another process. */
export interface WakeUp {
  /** How many times it has rung. Read it before a page, so that an append during the page is not slept through. */
  rings(): number;
  ring(): void;
  /** Resolves when it has rung since `rings`, when `millis` have passed, or on abort. */
  sinceOrAfter(rings: number, millis: number, signal: AbortSignal): Promise<void>;
}

export const createWakeUp = (): WakeUp => {
  let rung = 0;
  const waiting = new Set<() => void>();
  return {
    rings: () => rung,
    ring: () => {
      rung += 1;
      for (const wake of [...waiting]) wake();
    },
    sinceOrAfter: (rings, millis, signal) =>
      new Promise((resolve) => {
        if (rung !== rings || signal.aborted) {
          resolve();
          return;
        }
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, millis);
        waiting.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      }),
  };
};
