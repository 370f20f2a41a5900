import { readFile, stat } from 'node:fs/promises';
import { ownAccount } from './account.ts';
import { runProgram } from './run-program.ts';

/** What the operating system tells about a running process; undefined where it doesn't tell. */
export type ProcessFacts = Readonly<{
  /** Its arguments, each followed by a space. */
  commandLine: string;
  owner: number | undefined;
  /** Device and inode of its working directory. */
  directory: string | undefined;
}>;

/** @returns undefined if there is no such process, or only its unburied remains */
export const processFacts = (pid: number): Promise<ProcessFacts | undefined> =>
  process.platform === 'linux' ? factsFromProc(pid) : factsFromPs(pid);

const factsFromProc = async (pid: number): Promise<ProcessFacts | undefined> => {
  const folder = `/proc/${pid}`;
  const status = await readFile(`${folder}/stat`, 'utf8').catch(() => undefined);
  const state = status?.slice(status.lastIndexOf(')') + 2, status.lastIndexOf(')') + 3);
  if (state === undefined || state === 'Z' || state === 'X') return undefined;
  const commandLine = await readFile(`${folder}/cmdline`, 'utf8').catch(() => '');
  const owner = await stat(folder).catch(() => undefined);
  return { commandLine: commandLine.replaceAll('\0', ' '), owner: owner?.uid, directory: await placeOf(`${folder}/cwd`) };
};

const factsFromPs = async (pid: number): Promise<ProcessFacts | undefined> => {
  const { code, output } = await runProgram(ownAccount(), ['ps', '-o', 'stat=,uid=,args=', '-p', String(pid)]);
  const [, state, owner, commandLine = ''] = /^\s*(\S+)\s+(\d+)\s+(.*)/.exec(output) ?? [];
  if (code !== 0 || state === undefined || state.startsWith('Z')) return undefined;
  return { commandLine: `${commandLine} `, owner: Number(owner), directory: undefined };
};

/** A name for the directory itself, however it is reached. */
export const placeOf = (directory: string): Promise<string | undefined> =>
  stat(directory).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );
