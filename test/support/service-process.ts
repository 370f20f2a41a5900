import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const checkout = resolve(import.meta.dirname, '../..');

export type Environment = Readonly<Record<string, string>>;

/** How the service is started, when not as a child of this process alone. */
export type Launch = Readonly<{
  /** The program and its arguments. */
  command?: readonly string[];
  cwd?: string;
  /** The user it runs as. */
  uid?: number;
}>;

export type Ended = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>;

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

export const temporaryDirectory = async (): Promise<Readonly<{ path: string; remove: () => Promise<void> }>> => {
  const path = await mkdtemp(join(tmpdir(), 'tiktok-connections-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
};

export interface SpawnedService {
  readonly url: string;
  readonly simulatorUrl: string;
  readonly process: ChildProcess;
  /** What it printed so far: log and announcement. */
  readonly output: () => string;
  /** What it complained about on standard error so far. */
  readonly errors: () => string;
  readonly ended: Promise<Ended>;
}

export interface ServiceProcess extends SpawnedService {
  /** SIGTERM, then waits for the end; answers the exit code. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL, then waits for the end. */
  readonly kill: () => Promise<void>;
}

/** Variables of this test run that must not leak into the service under test. */
const cleanEnvironment = (): NodeJS.ProcessEnv => {
  const { PATH, HOME, USER, LANG, TMPDIR } = process.env;
  return { PATH, HOME, USER, LANG, TMPDIR };
};

/** Tests ask more often than callers may. */
const hardlyLimited = '1000000/1m';

const running = new Set<ChildProcess>();

/** Kills what a failed test left running. */
export const killLeftovers = async (): Promise<void> => {
  for (const child of running) {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
};

const startsByItself = [process.execPath, join(checkout, 'src/main.ts'), 'serve'];

/** Starts the service and waits for nothing: it may be ready, still be starting or have ended. */
export const spawnService = async (environment: Environment, { command = startsByItself, cwd = checkout, uid }: Launch = {}): Promise<SpawnedService> => {
  const port = environment['PORT'] ?? String(await freePort());
  const simulatorPort = environment['SIMULATOR_PORT'] ?? String(await freePort());
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd,
    env: { ...cleanEnvironment(), RATE_LIMIT: hardlyLimited, PORT: port, SIMULATOR_PORT: simulatorPort, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  running.add(child);
  const printed = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (printed.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed.err += chunk.toString()));
  const ended = new Promise<Ended>((resolveEnd) => {
    child.once('exit', () => running.delete(child));
    // `close` comes when the last word has been read, and not before those who inherited its output are gone too.
    child.once('close', (code, signal) => resolveEnd({ code, signal }));
  });
  return {
    url: `http://localhost:${port}`,
    simulatorUrl: `http://127.0.0.1:${simulatorPort}`,
    process: child,
    output: () => printed.out,
    errors: () => printed.err,
    ended,
  };
};

const readyWithinMillis = 60_000;

const untilReady = async ({ url, process: child, output, errors }: SpawnedService): Promise<void> => {
  const deadline = performance.now() + readyWithinMillis;
  const told = (): string => `${output()}${errors()}`;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the service ended before it was ready:\n${told()}`);
    const ready = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    if (performance.now() > deadline) throw new Error(`the service did not become ready:\n${told()}`);
    await pause(20);
  }
};

/** Starts the service as a process of its own and waits until it is ready. */
export const startService = async (environment: Environment, launch: Launch = {}): Promise<ServiceProcess> => {
  const spawned = await spawnService(environment, launch);
  await untilReady(spawned);
  return {
    ...spawned,
    stop: async () => {
      spawned.process.kill('SIGTERM');
      return (await spawned.ended).code;
    },
    kill: async () => {
      spawned.process.kill('SIGKILL');
      if (running.has(spawned.process)) await once(spawned.process, 'exit');
    },
  };
};

/** Runs a command of the service to its end. */
export const runCommand = async (environment: Environment, args: readonly string[], nodeOptions: readonly string[] = []): Promise<Ended & Readonly<{ output: string; errors: string }>> => {
  const command = [process.execPath, ...nodeOptions, join(checkout, 'src/main.ts'), ...args];
  const spawned = await spawnService(environment, { command });
  const ended = await spawned.ended;
  return { ...ended, output: spawned.output(), errors: spawned.errors() };
};
