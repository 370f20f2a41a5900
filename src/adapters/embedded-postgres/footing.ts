import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from 'neverthrow';
import type { Account } from './account.ts';
import { accountsToTry, type RootWay } from './accounts-to-try.ts';
import { completeBinaries, findBinaries, noBinaries, programOf, type Binaries } from './binaries.ts';
import { copiesFolder, copyBinaries } from './copied-binaries.ts';
import type { EmbeddedPostgresProblem } from './problem.ts';
import { runProgram } from './run-program.ts';
import { hasCode } from './system-error.ts';

/** The programs, as whom they run, and what version they are of. */
export type Footing = Readonly<{ account: Account; binaries: Binaries; version: string; major: number }>;

export type FootingOptions = Readonly<{
  asRoot?: RootWay;
  /** Instead of the npm package's. */
  binariesFolder?: string;
  /** Instead of the machine's cache. */
  copiesFolder?: string;
}>;

/** Finds out by trying: kernels, containers and folder modes forbid one way or the other. */
export const findFooting = async (dataDir: string, options: FootingOptions): Promise<Result<Footing, EmbeddedPostgresProblem>> => {
  if (process.platform === 'win32') return err(noBinaries('The embedded PostgreSQL does not run on Windows.'));
  const found: Result<Binaries, EmbeddedPostgresProblem> =
    options.binariesFolder === undefined ? findBinaries() : ok({ folder: options.binariesFolder });
  if (found.isErr()) return err(found.error);
  if (!(await isFile(programOf(found.value, 'postgres')))) return err(noBinaries(`There is no PostgreSQL in ${found.value.folder}.`));
  const copies = options.copiesFolder ?? copiesFolder();
  const original = await completed(found.value, copies);
  const refusals: string[] = [];
  for (const account of await accountsToTry(dataDir, options.asRoot)) {
    const direct = await tryOut(account, original, dataDir);
    if (direct.isOk()) return ok(direct.value);
    refusals.push(`${account.way}: ${direct.error}`);
    if (account.way !== 'other-user') continue;
    const copied = await tryOut(account, await copyBinaries(original, copies), dataDir);
    if (copied.isOk()) return ok(copied.value);
    refusals.push(`${account.way}, copied: ${copied.error}`);
  }
  return err(noBinaries(`PostgreSQL's programs in ${original.folder} do not run here (${refusals.join('; ')}).`));
};

const completed = async (binaries: Binaries, copies: string): Promise<Binaries> => {
  try {
    await completeBinaries(binaries);
    return binaries;
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    return copyBinaries(binaries, copies);
  }
};

const versionLine = /\(PostgreSQL\) ((\d+)\S*)/;

/** In a namespace root has no special rights, so that a folder of another user may be closed to it. */
const tryOut = async (account: Account, binaries: Binaries, dataDir: string): Promise<Result<Footing, string>> => {
  const walks = account.way === 'namespace' ? dirname(dataDir) : '/';
  const command = ['sh', '-c', 'test -x "$2" && exec "$1" --version', 'sh', programOf(binaries, 'postgres'), walks];
  const { output } = await runProgram(account, command);
  const [, version, major] = versionLine.exec(output) ?? [];
  if (version === undefined) return err(output.trim() === '' ? `no way into ${walks}` : output.trim());
  return ok({ account, binaries, version, major: Number(major) });
};

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
