import type { Writable } from 'node:stream';

/**
 * Lets readers leave early, as `head` does: what is written then is lost, and the process goes on to its own exit code.
 * Other failures to write stay failures.
 */
export const outliveReaders = (...outputs: readonly Writable[]): void => {
  for (const output of outputs) {
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
};
