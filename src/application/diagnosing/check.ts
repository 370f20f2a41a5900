import type { Unavailable } from '../failures.ts';

export type CheckStatus = 'ok' | 'warn' | 'fail';

/** What a check found. `remedy` says what to do about it; null when all is well. */
export type Finding = Readonly<{ status: CheckStatus; detail: string; remedy: string | null }>;

export type CheckReport = Finding & Readonly<{ name: string }>;

/** Never rejects for what it is there to find. */
export type Check = Readonly<{ name: string; run: () => Promise<Finding> }>;

export const fine = (detail: string): Finding => ({ status: 'ok', detail, remedy: null });
export const warning = (detail: string, remedy: string): Finding => ({ status: 'warn', detail, remedy });
export const failure = (detail: string, remedy: string): Finding => ({ status: 'fail', detail, remedy });

export const noAnswer = ({ reason }: Unavailable): Finding =>
  failure(`The database did not answer this question (${reason}).`, 'Look at the other checks first, then run this again.');

/** One after the other: what is checked is not to be disturbed by the checking. */
export const runChecks = async (checks: readonly Check[]): Promise<readonly CheckReport[]> => {
  const reports: CheckReport[] = [];
  for (const { name, run } of checks) reports.push({ name, ...(await run()) });
  return reports;
};

const severity: readonly CheckStatus[] = ['ok', 'warn', 'fail'];

export const worstOf = (reports: readonly CheckReport[]): CheckStatus =>
  severity.findLast((status) => reports.some((report) => report.status === status)) ?? 'ok';
