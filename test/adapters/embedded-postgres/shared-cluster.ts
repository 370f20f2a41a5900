import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/adapters/embedded-postgres/launcher.ts';

/**
 * Makes a stopped cluster that the tests of one file use one after the other, since making one takes longer than any of them.
 * @returns tells its data directory
 */
export const sharedCluster = (): (() => string) => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'embedded-postgres-shared-'));
    const started = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), settings: { fsync: 'off' } });
    if (started.isErr()) throw new Error(started.error.sentence);
    await started.value.stop();
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return () => join(folder, 'postgres');
};
