import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '..');

/** The libraries we compare with have a lockfile of their own and are installed when they are first needed. */
export const installComparedLibraries = async (say: (line: string) => void): Promise<void> => {
  const installed = await access(join(folder, 'node_modules')).then(
    () => true,
    () => false,
  );
  if (installed) return;
  say('installing the compared libraries (npm ci in bench/)');
  const npm = spawn('npm', ['ci', '--no-fund', '--no-audit'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  await once(npm, 'exit');
  if (npm.exitCode !== 0) throw new Error('the compared libraries could not be installed: run npm ci in bench/ to see why');
};
