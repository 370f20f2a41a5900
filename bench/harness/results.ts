import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMet, isNoise, type Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { rounded } from './statistics.ts';

export type BenchmarkResult = Readonly<{
  benchmark: string;
  title: string;
  /** Moment of the run, RFC 3339. */
  at: string;
  quick: boolean;
  machine: Machine;
  findings: readonly Finding[];
}>;

const shown = (_key: string, value: unknown): unknown => (typeof value === 'number' ? rounded(value) : value);

/** Keeps a result as JSON, judged before it is rounded. @returns the file's name */
export const keepResult = async (folder: string, result: BenchmarkResult): Promise<string> => {
  const stamp = result.at.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-').toLowerCase();
  const name = `${result.benchmark}-${stamp}${result.quick ? '-quick' : ''}.json`;
  const findings = result.findings.map((finding) => ({ ...finding, met: finding.target === null ? null : isMet(finding), noise: isNoise(finding) }));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `${JSON.stringify({ ...result, findings }, shown, 2)}\n`);
  return name;
};
