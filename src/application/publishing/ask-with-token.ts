import { err, type Result, type ResultAsync } from 'neverthrow';
import type { MissingScope } from '../../domain/connection/request-publish.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { TikTokFailure } from '../ports/tiktok.ts';
import { ensureRefreshed, freshAccessToken, type FreshToken, type FreshTokenPorts } from '../tokens/fresh-access-token.ts';
import type { RefreshFailure } from '../tokens/refresh-tokens.ts';

/** A question that changes nothing had no good answer. */
export type QuestionFailed = Readonly<{ kind: 'QuestionFailed'; failure: TikTokFailure }>;

const withoutScope: ReadonlySet<string> = new Set(['scope_not_authorized', 'scope_permission_missed']);

const codeOfRefusal = (failure: TikTokFailure): string | null => (failure.kind === 'TikTokRefused' ? failure.tiktok.code : null);

/**
 * Asks TikTok something with a connection's token. A token that TikTok no longer takes before its time is refreshed and
 * the question repeated, once. @param needed the scope that TikTok wants for it
 */
export const askWith = async <Answer>(
  ports: FreshTokenPorts,
  context: CommandContext,
  id: ConnectionId,
  token: FreshToken,
  needed: Scope,
  ask: (accessToken: Secret<string>) => ResultAsync<Answer, TikTokFailure>,
): Promise<Result<Answer, RefreshFailure | MissingScope | QuestionFailed>> => {
  const failed = (failure: TikTokFailure): MissingScope | QuestionFailed =>
    withoutScope.has(codeOfRefusal(failure) ?? '') ? { kind: 'MissingScope', scope: needed } : { kind: 'QuestionFailed', failure };
  const answer = await ask(token.token);
  if (answer.isOk() || codeOfRefusal(answer.error) !== 'access_token_invalid') return answer.mapErr(failed);
  const refreshed = await ensureRefreshed(ports, context, id, { kind: 'refused', tokenSet: token.tokenSet });
  if (refreshed.isErr()) return err(refreshed.error);
  const renewed = await freshAccessToken(ports, context, id, 0);
  return renewed.isErr() ? err(renewed.error) : (await ask(renewed.value.token)).mapErr(failed);
};
