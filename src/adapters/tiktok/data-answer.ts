import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { TikTokFailure } from '../../application/ports/tiktok.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { TikTokAnswer } from './answer.ts';
import { answerFailure, unclear } from './answer-failure.ts';

const okBody = z.object({ error: z.object({ code: z.literal('ok') }) });

/** Success of a data endpoint is `error.code` being `ok`, whatever the status. */
export const confirmed = (answer: TikTokAnswer, secrets: readonly Secret<string>[]): Result<void, TikTokFailure> =>
  okBody.safeParse(answer.body.unwrapOr(null)).success ? ok(undefined) : err(answerFailure(answer, secrets, 'the answer has no error.code'));

/** What a data endpoint's success holds: all of it is as it should be, or none of it is used. */
export type DataReader<Data> = (answer: TikTokAnswer, secrets: readonly Secret<string>[]) => Result<Data, TikTokFailure>;

/** Made once for each shape: a schema is compiled when it is first used. */
export const dataReader = <Data>(schema: z.ZodType<Data>): DataReader<Data> => {
  const whole = z.object({ data: schema });
  return (answer, secrets) =>
    confirmed(answer, secrets).andThen(() => {
      const parsed = whole.safeParse(answer.body.unwrapOr(null));
      if (parsed.success) return ok(parsed.data.data);
      const fields = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.')))];
      return err(unclear(answer, secrets, `the answer's ${fields.join(', ')} is missing or not as it should be`));
    });
};
