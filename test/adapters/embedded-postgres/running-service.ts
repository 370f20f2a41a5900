import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceAnswer, type ServiceAnswer, type ServiceOptions } from './service-contract.ts';

export type Serving = Extract<ServiceAnswer, { ok: true }>;
export type Refusal = Extract<ServiceAnswer, { ok: false }>;

export type RunningService = Readonly<{
  pid: number;
  answer: ServiceAnswer;
  /** Ends it like a crash. */
  kill: () => Promise<void>;
  /** Ends it like an operator, and resolves with its exit code. */
  stop: () => Promise<number | null>;
}>;

/** As whom and from where a service is run, other than by this process's user from this checkout. */
export type Placement = Readonly<{
  uid?: number;
  gid?: number;
  home?: string;
  /** Where it looks for programs. */
  path?: string;
  wrapper?: readonly string[];
  node?: string;
  program?: string;
}>;

const running = new Set<ChildProcess>();

export const spawnService = (options: ServiceOptions, placement: Placement = {}): ChildProcess => {
  const { uid, gid, home, path, wrapper = [], node = process.execPath } = placement;
  const program = placement.program ?? join(import.meta.dirname, 'service-program.ts');
  const [file = node, ...args] = [...wrapper, node, program, JSON.stringify(options)];
  const child = spawn(file, args, {
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(home === undefined ? {} : { cwd: home }),
    env: {
      ...process.env,
      ...(path === undefined ? {} : { PATH: path }),
      ...(home === undefined ? {} : { HOME: home, XDG_CACHE_HOME: join(home, '.cache') }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
};

/** Resolves when the service has told how its start went. */
export const runService = async (options: ServiceOptions, placement: Placement = {}): Promise<RunningService> => {
  const child = spawnService(options, placement);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  let printed = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  while (!printed.includes('\n') && child.exitCode === null && child.stdout !== null) {
    await Promise.race([once(child.stdout, 'data'), exited]);
  }
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return exited;
  };
  return {
    pid: child.pid ?? 0,
    answer: serviceAnswer.parse(JSON.parse(printed)),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
};

/** Kills what a failed test left behind. */
export const killServices = async (): Promise<void> => {
  await Promise.all(
    [...running].map(async (child) => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }),
  );
};

export const servingOf = ({ answer }: RunningService): Serving => {
  if (!answer.ok) throw new Error(answer.sentence);
  return answer;
};

export const refusalOf = ({ answer }: RunningService): Refusal => {
  if (answer.ok) throw new Error(`It started on ${answer.dataDir}.`);
  return answer;
};

export const postmasterPid = async (dataDir: string): Promise<number> =>
  Number.parseInt(await readFile(join(dataDir, 'postmaster.pid'), 'utf8'), 10);
