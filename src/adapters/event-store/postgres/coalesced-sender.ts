/** Sends once for everything wanted within a few milliseconds, one at a time. */
export interface CoalescedSender {
  /** What is wanted while a send is under way is sent again after it. */
  want(): void;
  /** Sends what was wanted when it could not be sent. */
  retry(): void;
  stop(): void;
}

/** @param send resolves false or rejects when it cannot send now */
export const createCoalescedSender = (betweenMillis: number, send: () => Promise<boolean>): CoalescedSender => {
  let wanted = false;
  let sending = false;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let lastSent = Number.NEGATIVE_INFINITY;

  const settled = (sent: boolean): void => {
    sending = false;
    if (!sent) wanted = true;
    else if (wanted) schedule();
  };

  const run = (): void => {
    timer = null;
    sending = true;
    wanted = false;
    lastSent = performance.now();
    send().then(settled, () => settled(false));
  };

  const schedule = (): void => {
    if (sending || stopped) return;
    timer ??= setTimeout(run, Math.max(0, lastSent + betweenMillis - performance.now()));
  };

  return {
    want: () => {
      wanted = true;
      schedule();
    },
    retry: () => {
      if (wanted) schedule();
    },
    stop: () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
};
