import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedPostgres } from '../../src/adapters/embedded-postgres/launcher.ts';
import { temporaryDirectory } from './service-process.ts';

/** A PostgreSQL server that no other test uses. */
export interface OwnPostgres {
  /** A superuser's address of a database of its own. */
  readonly url: string;
  /** The postmaster and every process that it has at this moment. */
  readonly processes: () => Promise<readonly number[]>;
  readonly stop: () => Promise<void>;
}

const childrenOf = async (parent: number): Promise<readonly number[]> => {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-o', 'pid=,ppid=']);
  const pairs = stdout.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([pid = 0, of]) => (of === parent ? [pid] : []));
};

export const startOwnPostgres = async (): Promise<OwnPostgres> => {
  const folder = await temporaryDirectory();
  const dataDir = join(folder.path, 'postgres');
  const started = await startEmbeddedPostgres({ dataDir });
  if (started.isErr()) {
    await folder.remove();
    throw new Error(started.error.sentence);
  }
  const { url, stop } = started.value;
  return {
    url,
    processes: async () => {
      const postmaster = Number.parseInt(await readFile(join(dataDir, 'postmaster.pid'), 'utf8'), 10);
      return [postmaster, ...(await childrenOf(postmaster))];
    },
    stop: async () => {
      await stop();
      await folder.remove();
    },
  };
};
