import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LaunchRecord } from './launch-record.ts';
import { placeOf, processFacts } from './process-facts.ts';
import { tokenSetting } from './server-settings.ts';
import { hasCode } from './system-error.ts';

/** Who serves a data directory, as its `postmaster.pid` and the process behind it tell. */
export type Occupant = Readonly<{ kind: 'nobody' } | { kind: 'our-server'; pid: number } | { kind: 'foreign-server'; pid: number }>;

export const pidFileOf = (dataDir: string): string => join(dataDir, 'postmaster.pid');

/** @param record of the last launch; a server that it did not start is foreign, also on a directory of ours */
export const findOccupant = async (dataDir: string, record: LaunchRecord | undefined): Promise<Occupant> => {
  const text = await readFile(pidFileOf(dataDir), 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (text === undefined) return { kind: 'nobody' };
  const pid = Number.parseInt(text, 10);
  const facts = pid > 0 ? await processFacts(pid) : undefined;
  if (facts === undefined) return { kind: 'nobody' };
  if (record !== undefined && facts.commandLine.includes(`${tokenSetting}=${record.token} `)) return { kind: 'our-server', pid };
  const { uid } = await stat(dataDir);
  const elsewhere = facts.directory !== undefined && facts.directory !== (await placeOf(dataDir));
  const otherProgram = facts.owner !== uid || !/^\S*(postgres|postmaster)\b/.test(facts.commandLine);
  return elsewhere || (facts.directory === undefined && otherProgram) ? { kind: 'nobody' } : { kind: 'foreign-server', pid };
};

/**
 * Removes the pid file of a server that is gone: PostgreSQL itself takes an unrelated process that got the same id, or
 * unburied remains, for a running server. Backends that outlived it are still noticed, by their shared memory.
 */
export const removeStalePidFile = (dataDir: string): Promise<void> => rm(pidFileOf(dataDir), { force: true });
