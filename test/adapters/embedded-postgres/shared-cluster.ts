import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/adapters/embedded-postgres/launcher.ts';
import { sharedFolder } from './folders.ts';

/**
 * Makes a stopped cluster that the tests of one file use one after the other, since making one takes longer than any of them.
 * @returns tells its data directory
 */
export const sharedCluster = (): (() => string) => {
  const folder = sharedFolder();
  const dataDir = (): string => join(folder(), 'postgres');
  beforeAll(async () => {
    const started = await startEmbeddedPostgres({ dataDir: dataDir(), settings: { fsync: 'off' } });
    if (started.isErr()) throw new Error(started.error.sentence);
    await started.value.stop();
  });
  return dataDir;
};
