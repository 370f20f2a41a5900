import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { testFolder } from './folders.ts';

const mount = (folder: string, megabytes: number): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'none', folder]).status === 0;

/** It may still be in use by what a test left behind. */
const unmount = (folder: string): void => {
  execFileSync('umount', ['--lazy', folder]);
};

/** Whether this user may mount a file system: not every root may. */
export const mountsWork = (): boolean => {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-postgres-mount-'));
  const works = mount(folder, 1);
  if (works) unmount(folder);
  rmdirSync(folder);
  return works;
};

/** A file system of its own, or undefined where this user may not mount one. */
export const smallDisk = async (megabytes: number): Promise<string | undefined> => {
  const folder = await testFolder();
  if (!mount(folder, megabytes)) return undefined;
  onTestFinished(() => unmount(folder));
  return folder;
};
