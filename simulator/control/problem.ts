import type { z } from 'zod';
import { mistakesIn } from '../wire/mistakes.ts';

/** What a control request did wrong, for its answer. */
export class ControlProblem extends Error {
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** @throws ControlProblem 400 with a sentence per mistake */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value ?? {});
  if (!result.success) throw new ControlProblem(400, mistakesIn(result.error));
  return result.data;
}

/** @throws ControlProblem 404 */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ControlProblem(404, `There is no ${what}.`);
  return value;
}
