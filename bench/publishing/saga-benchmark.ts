import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, ratioFinding, type Bench, type Benchmark, type Finding, type Target } from '../harness/finding.ts';
import { startProgram } from '../service/running-program.ts';
import { accountsOf, callers, compareSagas, type Plan, type SagaComparison } from './saga-comparison.ts';
import { connectSimulatedAccounts } from './simulated-accounts.ts';

const program = (name: string): readonly string[] => [join(import.meta.dirname, name)];

const againstSimulator = async (bench: Bench, plan: Plan): Promise<SagaComparison> => {
  await using simulator = await startProgram({ args: program('simulator-program.ts'), environment: {}, workingDirectory: tmpdir(), probe: { path: '/_control/settings', status: 200 } });
  return await compareSagas(bench, { url: simulator.url, tokens: await connectSimulatedAccounts(simulator.url, accountsOf(plan)) }, plan);
};

/** What TikTok's side costs is next to nothing there, and so what durability costs shows most. */
const againstStub = async (bench: Bench, plan: Plan): Promise<SagaComparison> => {
  await using stub = await startProgram({ args: program('stub-tiktok-program.ts'), environment: {}, workingDirectory: tmpdir() });
  return await compareSagas(bench, { url: stub.url, tokens: Array.from({ length: accountsOf(plan) }, (_, number) => `bench-access-${number}`) }, plan);
};

const ratios = (name: string, { comparison }: SagaComparison, targets: readonly Target[]): readonly Finding[] =>
  comparison.ratios.map((ratio, index) => ratioFinding(name, comparison, ratio, targets[index] ?? null));

const run = async (bench: Bench): Promise<readonly Finding[]> => {
  const plan: Plan = bench.quick ? { perRound: 40, rounds: 2 } : { perRound: 400, rounds: 5 };
  const simulated = await againstSimulator(bench, plan);
  const stubbed = await againstStub(bench, plan);
  const { most, streams, events } = simulated;
  return [
    ...ratios(`${callers} callers, simulator without waiting times`, simulated, [{ atLeast: 0.5 }, { atLeast: 2 }]),
    ...ratios(`${callers} callers, stub that keeps nothing`, stubbed, []),
    figure('events of a one-chunk publish, with the one of its connection, the most', 'events', most + 1, { atMost: 12 }, { streams, events }),
  ];
};

export const sagaBenchmark: Benchmark = { name: 'saga', title: 'publishes of a small file against a TikTok that answers at once', run };
