import { readdirSync, readFileSync } from 'node:fs';

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const children = (): readonly string[] =>
  readdirSync('/proc/self/task').flatMap((thread) => textOf(`/proc/self/task/${thread}/children`).split(' ').filter((id) => id !== ''));

const highWater = (id: string): number => Number(/VmHWM:\s+(\d+) kB/.exec(textOf(`/proc/${id}/status`))?.[1] ?? 0) / 1_024;

/** The most memory, in MiB, that a child of this process ever had while `work` ran. Zero where /proc does not tell. */
export const mostOfChildren = async (work: () => Promise<unknown>): Promise<number> => {
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, ...children().map(highWater));
  }, 5);
  try {
    await work();
    return most;
  } finally {
    clearInterval(watch);
  }
};
