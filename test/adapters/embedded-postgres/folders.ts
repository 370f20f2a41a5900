import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, onTestFinished } from 'vitest';

export type FolderOptions = Readonly<{ above?: string; owner?: number; mode?: number }>;

/** A folder that is gone when the test is over, whatever was put into it. */
export const testFolder = async ({ above = tmpdir(), owner, mode = 0o755 }: FolderOptions = {}): Promise<string> => {
  const folder = await mkdtemp(join(above, 'embedded-postgres-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  await chmod(folder, mode);
  if (owner !== undefined) await chown(folder, owner, owner);
  return folder;
};

/** One for all tests of a file, which everybody may enter. */
export const sharedFolder = (): (() => string) => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'embedded-postgres-shared-'));
    await chmod(folder, 0o755);
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return () => folder;
};
