import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Order } from './faults.ts';

export interface StandIn {
  /** As EVENT_STORE_URL takes it. */
  readonly url: string;
  readonly port: number;
  /** What it keeps; one line for each append. */
  readonly file: string;
  readonly order: (order: Order) => Promise<void>;
  /** Freezes it, or lets it go on: it holds its connections and answers nothing. */
  readonly freeze: (frozen: boolean) => void;
  /** Ends it as a power cut does. */
  readonly kill: () => Promise<void>;
  /** Starts it again at the same address with what it kept. */
  readonly restart: () => Promise<void>;
  /** Kills it and removes what it kept. */
  readonly stop: () => Promise<void>;
}

export type StandInOptions = Readonly<{
  /** The log of another one, which leads as long as it lives. */
  file?: string;
  /** `user:password` that every call must carry. */
  user?: string;
  tls?: Readonly<{ keyFile: string; certFile: string }>;
}>;

const program = join(import.meta.dirname, 'main.ts');
const readyLine = z.object({ port: z.number(), control: z.number() });

type Running = Readonly<{ child: ChildProcess; port: number; control: number }>;

const run = async (args: readonly string[]): Promise<Running> => {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => ['null'])]);
  return { child, ...readyLine.parse(JSON.parse(String(line))) };
};

/** Starts one, with nothing in it unless it shares the log of another. */
export const startStandIn = async ({ user, tls, file: shared }: StandInOptions = {}): Promise<StandIn> => {
  const folder = await mkdtemp(join(tmpdir(), 'eventstoredb-stand-in-'));
  const file = shared ?? join(folder, 'log.jsonl');
  const secured = [...(user === undefined ? [] : ['--user', user]), ...(tls === undefined ? [] : ['--key', tls.keyFile, '--cert', tls.certFile])];
  const at = (port: number, control: number): readonly string[] => ['--file', file, '--port', String(port), '--control', String(control), ...secured];
  let running = await run(at(0, 0));
  const { port, control } = running;
  const kill = async (): Promise<void> => {
    const { child } = running;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  const credentials = user === undefined ? '' : `${user}@`;
  const query = tls === undefined ? 'tls=false' : `tls=true&tlsCAFile=${encodeURIComponent(tls.certFile)}`;
  return {
    url: `esdb://${credentials}127.0.0.1:${port}?${query}`,
    port,
    file,
    order: async (order) => {
      const answer = await fetch(`http://127.0.0.1:${control}`, { method: 'POST', body: JSON.stringify(order) });
      if (!answer.ok) throw new Error(await answer.text());
    },
    freeze: (frozen) => void running.child.kill(frozen ? 'SIGSTOP' : 'SIGCONT'),
    kill,
    restart: async () => {
      running = await run(at(port, control));
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
