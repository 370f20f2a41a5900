import { clusterPaths } from './cluster-paths.ts';
import { knock, urlOf } from './connection.ts';
import { readLaunchRecord } from './launch-record.ts';
import { readPassword } from './password.ts';
import { isServerOf } from './proof-of-identity.ts';

/**
 * The address of the server that a running service keeps on this data directory, for another process of the same user.
 * @returns null when none answers
 */
export const findRunningPostgres = async (dataDir: string, database = 'tiktok_connections'): Promise<string | null> => {
  const paths = clusterPaths(dataDir);
  const record = await readLaunchRecord(paths.launchRecord);
  const password = await readPassword(paths.password);
  if (record === undefined || password === undefined) return null;
  const door = { port: record.port, password, database };
  const answer = await knock(door);
  if (!('session' in answer)) return null;
  const ours = await isServerOf(answer.session, paths.dataDir, record.token).finally(() => answer.session.end());
  return ours ? urlOf(door) : null;
};
