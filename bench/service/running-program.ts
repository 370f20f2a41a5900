import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as pauseFor } from 'node:timers/promises';

/** A port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
};

export interface RunningProgram extends AsyncDisposable {
  readonly url: string;
  /** From starting the process to the first good answer of `/readyz`, or of what was asked instead. */
  readonly readyMillis: number;
  /** Memory that the process holds now. */
  megabytes(): Promise<number>;
  /** The most memory that the process has held. */
  peakMegabytes(): Promise<number>;
  /** Processor time that the process has used, in milliseconds. */
  cpuMillis(): Promise<number>;
  stop(): Promise<void>;
}

/** A question that a program answers when it is there. */
export type Probe = Readonly<{ path: string; headers?: Readonly<Record<string, string>>; status: number }>;

const whetherReady: Probe = { path: '/readyz', status: 200 };

export type ProgramToRun = Readonly<{
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  workingDirectory: string;
  probe?: Probe;
}>;

/** @param field `VmRSS`, now; `VmHWM`, the most */
const residentMegabytes = async (child: ChildProcess, field: 'VmRSS' | 'VmHWM'): Promise<number> => {
  const status = await readFile(`/proc/${child.pid ?? 0}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024;
};

/** The kernel counts in hundredths of a second; user and system time are its 14th and 15th fields. */
const usedMillis = async (child: ChildProcess): Promise<number> => {
  const stat = await readFile(`/proc/${child.pid ?? 0}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

const readyOrGone = async (child: ChildProcess, url: string, { path, headers = {}, status }: Probe): Promise<void> => {
  const deadline = performance.now() + 60_000;
  while (!hasEnded(child) && performance.now() < deadline) {
    const ready = await fetch(`${url}${path}`, { headers }).then(
      (answer) => answer.status === status,
      () => false,
    );
    if (ready) return;
    await pauseFor(4);
  }
  throw new Error('a program did not become ready');
};

/** Starts a Node program that listens on PORT. It writes its log as it would to a container's, and nobody reads it. */
export const startProgram = async ({ args, environment, workingDirectory, probe = whetherReady }: ProgramToRun): Promise<RunningProgram> => {
  const { PATH, HOME, LANG, TMPDIR } = process.env;
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: workingDirectory,
    env: { PATH, HOME, LANG, TMPDIR, PORT: String(port), HOST: '127.0.0.1', ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    if (hasEnded(child)) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  try {
    await readyOrGone(child, url, probe);
  } catch (error) {
    await stop();
    throw error;
  }
  const readyMillis = performance.now() - begun;
  return {
    url,
    readyMillis,
    megabytes: () => residentMegabytes(child, 'VmRSS'),
    peakMegabytes: () => residentMegabytes(child, 'VmHWM'),
    cpuMillis: () => usedMillis(child),
    stop,
    [Symbol.asyncDispose]: stop,
  };
};
