import { hasCode } from '../../../src/adapters/embedded-postgres/system-error.ts';
import { processesWith } from './processes.ts';
import { postmasterPid } from './running-service.ts';
import { query } from './sql.ts';

/** The token of a launch stands in the command lines of the server and of its watchdog. */
export const tokenOf = async (url: string): Promise<string> =>
  String((await query(url, `SELECT current_setting('tiktok_connections.launch') AS token`))[0]?.['token']);

/** Also those that are gone already. */
export const killAll = (pids: readonly number[]): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!hasCode(error, 'ESRCH')) throw error;
    }
  }
};

export const killWatchdogs = async (url: string, dataDir: string): Promise<void> => {
  const server = await postmasterPid(dataDir);
  killAll((await processesWith(await tokenOf(url))).filter((pid) => pid !== server));
};
