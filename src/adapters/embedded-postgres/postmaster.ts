import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { commandOf, directoryName, identityOf } from './account.ts';
import { programOf } from './binaries.ts';
import type { Footing } from './choose-account.ts';
import { startGuarded } from './guarded-process.ts';
import { serverArguments, type Listening } from './server-settings.ts';
import { guardedPostmaster } from './watchdog.ts';

/** A running server, whether started by this process or found. */
export type Postmaster = Readonly<{
  pid: number;
  /** Resolves when it is gone, with how it went. */
  gone: Promise<string>;
  isGone: () => boolean;
  stop: () => Promise<void>;
}>;

/** Fast shutdown may take this long before the server is told to stop at once; it then recovers at its next start. */
const patienceMilliseconds = 20_000;

export const launchPostmaster = async (
  { account, binaries }: Footing,
  dataDir: string,
  log: string,
  listening: Listening,
  settings: Readonly<Record<string, string>>,
): Promise<Postmaster> => {
  const logFile = await open(log, 'a', 0o600);
  const command = [programOf(binaries, 'postgres'), ...serverArguments(directoryName(account, dataDir), listening, settings)];
  const { child, ended } = startGuarded(guardedPostmaster(commandOf(account, command)), {
    ...identityOf(account),
    cwd: dataDir,
    stdio: ['ignore', logFile.fd, logFile.fd],
  });
  await logFile.close();
  let over = false;
  const gone = ended.then(({ code, signal, spawnError }) => {
    over = true;
    return spawnError?.message ?? `exit ${signal ?? code ?? 'unknown'}`;
  });
  const pid = child.pid ?? 0;
  const stop = async (): Promise<void> => {
    child.ref();
    await stopped(gone, (signal) => child.kill(signal));
  };
  return { pid, gone, isGone: () => over, stop };
};

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one. */
export const stopped = async (gone: Promise<unknown>, send: (signal: NodeJS.Signals) => void): Promise<void> => {
  send('SIGINT');
  const patience = new AbortController();
  const late = delay(patienceMilliseconds, undefined, { signal: patience.signal }).then(
    () => send('SIGQUIT'),
    () => undefined,
  );
  await gone;
  patience.abort();
  await late;
};
