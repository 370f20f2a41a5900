import type { Benchmark } from '../harness/finding.ts';
import { chainVerification } from './chain-verification.ts';
import { exportSpeed } from './export-speed.ts';
import { stateSpeed } from './state-speed.ts';

export const auditingBenchmark: Benchmark = {
  name: 'auditing',
  title: 'state at a moment, export of the whole feed, and proof of its chains',
  run: async (bench) => [...(await stateSpeed(bench)), ...(await exportSpeed(bench)), ...(await chainVerification(bench))],
};
