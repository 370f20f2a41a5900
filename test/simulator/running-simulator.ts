import { afterEach } from 'vitest';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulator/simulator.ts';

const running: Simulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

/** A simulator on a free port, stopped after the test. */
export async function startedSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ quiet: true, ...options });
  running.push(simulator);
  return simulator;
}
