import { once } from 'node:events';
import process from 'node:process';
import { readCommandLine } from './command-line.ts';
import { startSimulator } from './simulator.ts';

const settings = readCommandLine(process.argv.slice(2), process.env);
if (settings.isErr()) {
  process.stderr.write(`${settings.error}\n`);
  process.exit(settings.error.startsWith('Usage') ? 0 : 2);
}

try {
  const simulator = await startSimulator(settings.value);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await simulator.stop();
} catch (problem) {
  process.stderr.write(`${problem instanceof Error ? problem.message : String(problem)}\n`);
  process.exit(3);
}
