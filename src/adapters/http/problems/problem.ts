import type { ProblemCode } from './catalogue.ts';

export type FieldError = Readonly<{
  /** The field, header or parameter, e.g. `scopes` or `Idempotency-Key`. */
  path: string;
  /** What is wrong and what would be right. Never repeats the value. */
  message: string;
}>;

/** One rule that refused, by the name that callers know it by, and what to change. */
export type RefusedRule = Readonly<{ reason: string; detail: string }>;

export type TikTokWords = Readonly<{ code: string; message: string; log_id: string | null }>;

/** An error answer before it is written out. */
export type Problem = Readonly<{
  code: ProblemCode;
  detail: string;
  errors?: readonly FieldError[];
  /** Which rule refused, for `unprocessable`: the first of them. */
  reason?: string;
  /** Every rule that refused. */
  problems?: readonly RefusedRule[];
  tiktok?: TikTokWords;
  retryAfterSeconds?: number;
}>;

/** Carries an error answer out of hooks and handlers to the one place that writes it. */
export class ProblemAnswer extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

export const invalidRequest = (...errors: readonly FieldError[]): Problem => ({
  code: 'invalid_request',
  detail: errors.map(({ path, message }) => `${path} ${message}`).join('; '),
  errors,
});
