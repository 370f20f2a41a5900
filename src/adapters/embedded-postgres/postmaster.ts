import { setTimeout as delay } from 'node:timers/promises';
import { commandOf, directoryName, identityOf } from './account.ts';
import { programOf } from './binaries.ts';
import type { DirectoryLock } from './directory-lock.ts';
import type { Footing } from './footing.ts';
import { startGuarded } from './guarded-process.ts';
import { processFacts } from './process-facts.ts';
import { serverArguments, type Listening } from './server-settings.ts';
import { hasCode } from './system-error.ts';
import { guardedPostmaster, guardOf } from './watchdog.ts';

/** A server of ours. */
export type Postmaster = Readonly<{
  pid: number;
  isGone: () => Promise<boolean>;
  /** Resolves once it is gone. */
  stop: () => Promise<void>;
}>;

export type Launch = Readonly<{
  dataDir: string;
  listening: Listening;
  settings: Readonly<Record<string, string>>;
  logDescriptor: number;
  /** Told when the server ends although nobody stopped it. */
  onUnexpectedEnd: (how: string) => void;
}>;

export const launchPostmaster = ({ account, binaries }: Footing, lock: DirectoryLock, launch: Launch): Postmaster => {
  const { dataDir, listening, settings, logDescriptor } = launch;
  const program = [programOf(binaries, 'postgres'), ...serverArguments(directoryName(account, dataDir), listening, settings)];
  const { child, ended } = startGuarded(guardedPostmaster(commandOf(account, program)), lock, {
    ...identityOf(account),
    cwd: dataDir,
    stdio: ['ignore', logDescriptor, logDescriptor],
  });
  let over = false;
  let stopping = false;
  const gone = ended.then(({ code, signal, spawnError }) => {
    over = true;
    if (!stopping) launch.onUnexpectedEnd(spawnError?.message ?? signal ?? `exit code ${code ?? 'unknown'}`);
  });
  const stop = (): Promise<void> => {
    stopping = true;
    child.ref();
    return shutDown(gone, (signal) => child.kill(signal));
  };
  return { pid: child.pid ?? 0, isGone: () => Promise.resolve(over), stop };
};

const lookEveryMilliseconds = 20;

/** A server that runs already, without a watchdog. */
export const foundPostmaster = (pid: number): Postmaster => {
  const isGone = async (): Promise<boolean> => (await processFacts(pid)) === undefined;
  const untilGone = async (): Promise<void> => {
    while (!(await isGone())) await delay(lookEveryMilliseconds);
  };
  return { pid, isGone, stop: () => shutDown(untilGone(), (signal) => signalIfThere(pid, signal)) };
};

/** Gives a found server, whose service and watchdog are gone, a new watchdog. */
export const adoptPostmaster = (found: Postmaster, lock: DirectoryLock): Postmaster => {
  const { dismissGuard } = startGuarded(guardOf(found.pid), lock, { stdio: ['ignore', 'ignore', 'ignore'] });
  return { ...found, stop: () => found.stop().finally(dismissGuard) };
};

const signalIfThere = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
};

/** A fast shutdown may take this long before the server is told to leave at once; it then recovers at its next start. */
const patienceMilliseconds = 20_000;

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one. */
const shutDown = async (gone: Promise<void>, send: (signal: NodeJS.Signals) => void): Promise<void> => {
  send('SIGINT');
  const impatience = setTimeout(() => send('SIGQUIT'), patienceMilliseconds);
  await gone;
  clearTimeout(impatience);
};
