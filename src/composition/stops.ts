import type { Logger } from 'pino';

export type Stop = Readonly<{ name: string; stop: () => Promise<unknown> }>;

export type Stops = Readonly<{
  add: (name: string, stop: Stop['stop']) => void;
  /** All of these are told at the same moment; what was added before them is stopped once all of them have ended. */
  addTogether: (parts: readonly Stop[]) => void;
  run: () => Promise<void>;
}>;

/** What was started, to be stopped in the opposite order; a failure to stop one does not keep the others running. */
export const createStops = (log: Pick<Logger, 'error'>): Stops => {
  const steps: (readonly Stop[])[] = [];
  const end = ({ name, stop }: Stop): Promise<unknown> =>
    stop().catch((error: unknown) => log.error({ err: error, part: name }, 'a part did not stop as it should'));
  return {
    add: (name, stop) => void steps.push([{ name, stop }]),
    addTogether: (parts) => void steps.push(parts),
    run: async () => {
      for (const parts of steps.splice(0).reverse()) await Promise.all(parts.map(end));
    },
  };
};
