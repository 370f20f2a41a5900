import { constants } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { startEmbeddedPostgres } from '../../../src/adapters/embedded-postgres/launcher.ts';
import { testFolder } from './folders.ts';

/**
 * Makes one cluster for a test file.
 * @returns copies it, with its password, into a folder: quicker than making one for every test
 */
export const prepareCluster = (): ((folder?: string) => Promise<string>) => {
  let original = '';
  beforeAll(async () => {
    original = await mkdtemp(join(tmpdir(), 'embedded-postgres-original-'));
    const started = await startEmbeddedPostgres({ dataDir: join(original, 'postgres'), settings: { fsync: 'off' } });
    if (started.isErr()) throw new Error(started.error.sentence);
    await started.value.stop();
  });
  afterAll(() => rm(original, { recursive: true, force: true }));
  return async (folder) => {
    const dataDir = join(folder ?? (await testFolder()), 'postgres');
    await cp(join(original, 'postgres'), dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
    await cp(join(original, 'postgres.password'), `${dataDir}.password`);
    return dataDir;
  };
};
