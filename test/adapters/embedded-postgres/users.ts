import { execFile, spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll } from 'vitest';
import { findBinaries } from '../../../src/adapters/embedded-postgres/binaries.ts';
import { testFolder } from './folders.ts';
import type { Placement } from './running-service.ts';

const run = promisify(execFile);

export const isRoot = process.getuid?.() === 0;
export const nobody = 65_534;
export const nameless = 54_321;

export const namespacesWork = (): boolean => spawnSync('unshare', ['--user', `--map-user=${nobody}`, 'true']).status === 0;

const checkout = join(import.meta.dirname, '../../..');
const needed = /^(@embedded-postgres|neverthrow|zod|pg|pg-.*|pgpass|postgres-.*|split2|xtend)$/;

/** A search path with everything that this one has but a program. */
export const pathWithout = async (program: string): Promise<string> => {
  const folder = await testFolder();
  for (const place of (process.env['PATH'] ?? '').split(':').reverse()) {
    const names = await readdir(place).catch(() => []);
    for (const name of names.filter((found) => found !== program)) {
      await rm(join(folder, name), { force: true });
      await symlink(join(place, name), join(folder, name));
    }
  }
  return folder;
};

/** Files that nothing writes to are linked where that is possible: on one file system, and to files of one's own. */
export const copyTree = async (from: string, to: string): Promise<void> => {
  try {
    await run('cp', ['-RL', '--link', from, to]);
  } catch {
    await rm(to, { recursive: true, force: true });
    await run('cp', ['-RL', from, to]);
  }
};

/** Real copies of the programs without what an install script would have added. */
export const copyIncompletely = async (folder: string): Promise<string> => {
  const native = join(folder, 'native');
  await run('cp', ['-R', findBinaries()._unsafeUnwrap().folder, native]);
  for (const name of await readdir(join(native, 'bin'))) await chmod(join(native, 'bin', name), 0o644);
  await run('find', [join(native, 'lib'), '-maxdepth', '1', '-type', 'l', '-delete']);
  return native;
};

/**
 * Lays what `service-program.ts` needs where every user can reach it, since this checkout may lie in a folder that only root may enter.
 * @returns gives a user a home of its own, from which to run it
 */
export const checkoutForEveryone = (): ((uid: number) => Promise<Placement & { home: string }>) => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'embedded-postgres-checkout-'));
    await chmod(folder, 0o755);
    await layOut(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return async (uid) => {
    const home = await testFolder({ owner: uid, mode: 0o700 });
    return { uid, gid: uid, home, node: join(folder, 'node'), program: join(folder, tests, 'service-program.ts') };
  };
};

const tests = 'test/adapters/embedded-postgres';
const sources = 'src/adapters/embedded-postgres';

const layOut = async (folder: string): Promise<void> => {
  for (const made of ['node_modules', tests, 'src/adapters']) await mkdir(join(folder, made), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await copyTree(join(checkout, sources), join(folder, sources));
  for (const name of ['service-program.ts', 'service-contract.ts']) await cp(join(checkout, tests, name), join(folder, tests, name));
  for (const name of (await readdir(join(checkout, 'node_modules'))).filter((entry) => needed.test(entry))) {
    await copyTree(join(checkout, 'node_modules', name), join(folder, 'node_modules', name));
  }
  await copyTree(process.execPath, join(folder, 'node'));
};
