import { isMet, isNoise, type Finding, type Target } from './finding.ts';
import type { BenchmarkResult } from './results.ts';
import { rounded } from './statistics.ts';

const targetText = (target: Target | null): string => {
  if (target === null) return '';
  return 'atLeast' in target ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
};

const verdict = (finding: Finding): string => {
  if (finding.target === null) return '';
  return `${isMet(finding) ? 'met' : 'MISSED'}${isNoise(finding) ? ', but noise' : ''}`;
};

const spread = (finding: Finding, name: string): string => {
  const found = finding.evidence?.[name];
  if (typeof found !== 'object' || found === null || !('low' in found) || !('high' in found)) return '';
  return `${rounded(Number(found.low))}..${rounded(Number(found.high))}`;
};

const heading = ['benchmark', 'figure', 'value', 'target', '', 'rounds', 'A/A control'];

/** All figures of a run as aligned text. */
export const tableOf = (results: readonly BenchmarkResult[]): string => {
  const rows = results.flatMap(({ benchmark, findings }) =>
    findings.map((finding) => [
      benchmark,
      finding.name,
      `${rounded(finding.value)} ${finding.unit}`,
      targetText(finding.target),
      verdict(finding),
      spread(finding, 'ratio'),
      spread(finding, 'control'),
    ]),
  );
  const lines = [heading, ...rows];
  const widths = heading.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
};
