import { ResultAsync, type Result } from 'neverthrow';
import type { TikTokCallEnd, TikTokCallOutcome, TikTokEndpoint } from '../../application/ports/tiktok-calls.ts';
import type { TikTokFailure } from '../../application/ports/tiktok.ts';
import type { Secret } from '../../domain/values/secret.ts';
import { send, type TikTokAnswer, type Wire } from './answer.ts';
import type { TikTokRequest } from './request.ts';
import { logIdOf } from './words.ts';

const outcomes: Readonly<Record<TikTokFailure['kind'], TikTokCallOutcome>> = {
  TikTokRefused: 'refused',
  TikTokMisconfigured: 'misconfigured',
  TikTokTransient: 'transient',
  TikTokUnclear: 'unclear',
};

const endOf = (heard: TikTokAnswer | null, secrets: readonly Secret<string>[], read: Result<unknown, TikTokFailure>): TikTokCallEnd => {
  const answered = { status: heard?.status ?? null, logId: heard === null ? null : logIdOf(heard, secrets) };
  if (read.isOk()) return { ...answered, outcome: 'ok', code: null, reason: null };
  const failure = read.error;
  const code = 'tiktok' in failure ? (failure.tiktok?.code ?? null) : null;
  return { ...answered, outcome: outcomes[failure.kind], code, reason: 'reason' in failure ? failure.reason : null };
};

/** One call, never repeated here, from its request to what its answer means. @param timeoutMillis until the answer is complete */
export const ask = <Meaning>(
  wire: Wire,
  endpoint: TikTokEndpoint,
  request: TikTokRequest,
  timeoutMillis: number,
  meaning: (answer: TikTokAnswer, secrets: readonly Secret<string>[]) => Result<Meaning, TikTokFailure>,
): ResultAsync<Meaning, TikTokFailure> => {
  const { secrets } = request;
  const call = async (): Promise<Result<Meaning, TikTokFailure>> => {
    const end = wire.watch?.(endpoint);
    const heard = await send(wire, request, timeoutMillis);
    const read = heard.andThen((answer) => meaning(answer, secrets));
    end?.(endOf(heard.unwrapOr(null), secrets, read));
    return read;
  };
  return new ResultAsync(call());
};
