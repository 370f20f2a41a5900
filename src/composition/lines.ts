import { pino } from 'pino';

export type LineStream = Readonly<{ write: (line: string) => void; flushSync: () => void }>;

/**
 * Lines of requests and of work go out together, within a tenth of a second: a write for each would be a system call for
 * each. A write holds whole lines and no more than a pipe takes at once, so that no line of another writer comes between.
 * What is left is written when the application closes; a process that ends in another way loses what is younger than that.
 */
export const openLines = (): LineStream => {
  const output = pino.destination({ dest: process.stdout.fd, sync: true, minLength: 2_048, maxWrite: 4_096, periodicFlush: 100 });
  return {
    write: (line) => void output.write(line),
    flushSync: () => {
      // The second alone would try a pipe without a reader for ever; the first notices it, and everything after is let go.
      output.flush();
      output.flushSync();
    },
  };
};
