import { readFile } from 'node:fs/promises';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { Account } from './account.ts';
import { programOf, type Binaries } from './binaries.ts';
import { problem, type EmbeddedPostgresProblem } from './problem.ts';
import { runProgram } from './run-program.ts';

/** How a service that runs as root may run PostgreSQL; by default whichever works, in this order. */
export type RootWay = 'namespace' | 'other-user';

/** The programs, as whom they run, and the major version they are of. */
export type Footing = Readonly<{ account: Account; binaries: Binaries; major: number }>;

const overflowId = 65534;

const userLine = z.string().transform((line) => {
  const [name, , uid, gid] = line.split(':');
  return { name, uid: Number(uid), gid: Number(gid) };
});

/** initdb insists that the user it runs as has a name. */
const unprivilegedUser = async (): Promise<Readonly<{ uid: number; gid: number }>> => {
  const file = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const users = file.split('\n').map((line) => userLine.parse(line));
  return users.find(({ name }) => name === 'nobody') ?? { uid: overflowId, gid: overflowId };
};

const ownIds = (): Readonly<{ uid: number; gid: number }> => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });

export const accountsToTry = async (way?: RootWay): Promise<readonly Account[]> => {
  const own = ownIds();
  if (own.uid !== 0) return [{ way: 'self', ...own }];
  const nobody = await unprivilegedUser();
  const namespace: Account = { way: 'namespace', ...own, insideUid: nobody.uid, insideGid: nobody.gid };
  const otherUser: Account = { way: 'other-user', ...nobody };
  return [namespace, otherUser].filter((account) => way === undefined || account.way === way);
};

const versionLine = /\(PostgreSQL\) (\d+)/;

export const findFooting = async (binaries: Binaries, way?: RootWay): Promise<Result<Footing, EmbeddedPostgresProblem>> => {
  let said = '';
  for (const account of await accountsToTry(way)) {
    const { output } = await runProgram(account, [programOf(binaries, 'postgres'), '--version']);
    const major = versionLine.exec(output)?.[1];
    if (major !== undefined) return ok({ account, binaries, major: Number(major) });
    said = output;
  }
  return err(problem('NoBinaries', `PostgreSQL's programs in ${binaries.folder} do not run: ${said.trim()}.`, 'Install them again with "npm ci"'));
};
