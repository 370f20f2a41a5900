import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const main = resolve(import.meta.dirname, '../../src/main.ts');

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

export interface ServiceProcess {
  readonly url: string;
  readonly simulatorUrl: string;
  readonly process: ChildProcess;
  /** Everything it printed so far. */
  readonly output: () => string;
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

const exitOf = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  await once(child, 'exit');
  return child.exitCode;
};

const until = async (child: ChildProcess, output: () => string, ready: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the service ended before it was ready:\n${output()}`);
    if (await ready()) return;
    if (performance.now() > deadline) throw new Error(`the service did not become ready:\n${output()}`);
    await setTimeout(20);
  }
};

/** Starts the service as a process of its own, as `npm start` does, and waits until it is ready. */
export const startService = async (environment: Readonly<Record<string, string>>, args: readonly string[] = ['serve']): Promise<ServiceProcess> => {
  const port = environment['PORT'] ?? String(await freePort());
  const simulatorPort = environment['SIMULATOR_PORT'] ?? String(await freePort());
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...cleanEnvironment(), PORT: port, SIMULATOR_PORT: simulatorPort, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const keep = (chunk: Buffer) => {
    printed += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const url = `http://localhost:${port}`;
  const isReady = () =>
    fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  await until(child, () => printed, isReady);
  return {
    url,
    simulatorUrl: `http://127.0.0.1:${simulatorPort}`,
    process: child,
    output: () => printed,
    stop: () => {
      child.kill('SIGTERM');
      return exitOf(child);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exitOf(child);
    },
  };
};
