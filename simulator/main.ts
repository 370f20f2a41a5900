import { once } from 'node:events';
import process from 'node:process';
import { readCommandLine } from './command-line.ts';
import { startSimulator, type SimulatorOptions } from './simulator.ts';

async function runUntilStopped(options: SimulatorOptions): Promise<void> {
  const simulator = await startSimulator(options);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await simulator.stop();
}

/** A reader who leaves early, as `head` does, is no failure: what is left has nobody to read it. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (problem: NodeJS.ErrnoException) => {
    if (problem.code !== 'EPIPE') throw problem;
  });
}

const say = (problem: unknown, exitCode: number): void => {
  process.stderr.write(`${problem instanceof Error ? problem.message : String(problem)}\n`);
  process.exitCode = exitCode;
};

await readCommandLine(process.argv.slice(2), process.env).match(
  async (options) => {
    if ('help' in options) process.stdout.write(`${options.help}\n`);
    else await runUntilStopped(options).catch((problem: unknown) => say(problem, 3));
  },
  async (problem) => say(problem, 2),
);
