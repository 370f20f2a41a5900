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
  /** Resolves when it is gone, with how it ended as far as that is known. */
  ended: Promise<string>;
  /** Resolves once it is gone. */
  stop: () => Promise<void>;
}>;

export type Launch = Readonly<{
  dataDir: string;
  listening: Listening;
  settings: Readonly<Record<string, string>>;
  logDescriptor: number;
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
  const told = ended.then(({ code, signal, spawnError }) => {
    over = true;
    return spawnError?.message ?? signal ?? `exit code ${code ?? 'unknown'}`;
  });
  const stop = (): Promise<void> => {
    child.ref();
    return shutDown(told, (signal) => child.kill(signal));
  };
  return { pid: child.pid ?? 0, isGone: () => Promise.resolve(over), ended: told, stop };
};

const lookEveryMilliseconds = 500;
const lookOftenMilliseconds = 20;

/** A server that runs already. It is no child of this process, so that its end can only be looked for. */
export type FoundPostmaster = Omit<Postmaster, 'ended'>;

export const foundPostmaster = (pid: number): FoundPostmaster => {
  const isGone = async (): Promise<boolean> => (await processFacts(pid)) === undefined;
  const untilGone = async (): Promise<void> => {
    while (!(await isGone())) await delay(lookOftenMilliseconds);
  };
  return { pid, isGone, stop: () => shutDown(untilGone(), (signal) => signalIfThere(pid, signal)) };
};

/** Gives a found server, whose service and watchdog are gone, a new watchdog. */
export const adoptPostmaster = (found: FoundPostmaster, lock: DirectoryLock): Postmaster => {
  const { dismissGuard } = startGuarded(guardOf(found.pid), lock, { stdio: ['ignore', 'ignore', 'ignore'] });
  const untilGone = async (): Promise<string> => {
    while (!(await found.isGone())) await delay(lookEveryMilliseconds, undefined, { ref: false });
    dismissGuard();
    return 'unknown';
  };
  return { ...found, ended: untilGone() };
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
const shutDown = async (gone: Promise<unknown>, send: (signal: NodeJS.Signals) => void): Promise<void> => {
  send('SIGINT');
  const impatience = setTimeout(() => send('SIGQUIT'), patienceMilliseconds);
  await gone;
  clearTimeout(impatience);
};
