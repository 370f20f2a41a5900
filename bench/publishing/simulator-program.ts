import { startSimulator } from '../../simulator/simulator.ts';

// The product's own simulator, as `npm run simulator` has it, on the port that it is given.
const simulator = await startSimulator({ port: Number(process.env['PORT']), quiet: true });
process.once('SIGTERM', () => {
  simulator.stop().catch((problem: unknown) => console.error(problem));
});
