import { availableParallelism, loadavg, totalmem } from 'node:os';
import { z } from 'zod';
import { createPool } from '../../src/adapters/postgres/pool.ts';

export type Machine = Readonly<{
  cores: number;
  memoryGiB: number;
  platform: string;
  node: string;
  postgres: string;
  /** Off means that figures of writes are worth nothing. */
  fsync: string;
  embedded: boolean;
  /** Processes that wanted a core in the minute before the run: more than 0.5 and the figures are noisy. */
  loadBefore: number;
}>;

const settings = z.tuple([z.object({ version: z.string(), fsync: z.string() })]);

export const describeMachine = async (serverUrl: string, embedded: boolean): Promise<Machine> => {
  const pool = createPool({ url: serverUrl, max: 1 });
  try {
    const { rows } = await pool.query(`select current_setting('server_version') as version, current_setting('fsync') as fsync`);
    const [{ version, fsync }] = settings.parse(rows);
    return {
      cores: availableParallelism(),
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      postgres: version,
      fsync,
      embedded,
      loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
    };
  } finally {
    await pool.end();
  }
};
