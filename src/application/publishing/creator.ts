import { err, type Result } from 'neverthrow';
import { scopeOfMode, type MissingScope } from '../../domain/connection/request-publish.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { Unavailable } from '../failures.ts';
import type { PublishQuotas } from '../ports/publish-quotas.ts';
import type { CreatorInfo, TikTokPublishing } from '../ports/tiktok-publishing.ts';
import type { TikTokFailed } from '../tokens/refresh-tokens.ts';
import { ensureRefreshed, freshAccessToken, type AccessToken, type FreshTokenPorts } from '../tokens/fresh-access-token.ts';
import type { RefreshFailure } from '../tokens/refresh-tokens.ts';
import { creatorInfoQuota } from './quotas.ts';

export interface CreatorPorts extends FreshTokenPorts {
  readonly publishing: TikTokPublishing;
  readonly quotas: PublishQuotas;
}

/** TikTok was asked as often as it allows; `freeAt` says when it may be asked again. */
export type AskedTooOften = Readonly<{ kind: 'AskedTooOften'; retryAfterMillis: number }>;
export type CreatorFailure = RefreshFailure | MissingScope | AskedTooOften | TikTokFailed | Unavailable;

/** Long enough for a call and what follows it. */
export const tokenLivesMillis = 60_000;

const ask = async (ports: CreatorPorts, token: AccessToken): Promise<Result<CreatorInfo, TikTokFailed>> =>
  (await ports.publishing.creatorInfo(token.token)).mapErr((failure) => ({ kind: 'TikTokFailed', failure }));

const isStale = ({ failure }: TikTokFailed): boolean => failure.kind === 'TikTokRefused' && failure.tiktok.code === 'access_token_invalid';

/** TikTok takes a token no more though its time has not come. What comes of it shows at the next call. */
export const renewToken = async (ports: FreshTokenPorts, context: CommandContext, id: ConnectionId): Promise<boolean> =>
  (await ensureRefreshed(ports, context, id, { kind: 'forced' })).isOk();

/**
 * What TikTok says of the creator now. A token that TikTok no longer takes before its time is refreshed once.
 * @param use names the asking in the ledger of quotas
 */
export const creatorInfo = async (
  ports: CreatorPorts,
  context: CommandContext,
  id: ConnectionId,
  use: string,
): Promise<Result<CreatorInfo, CreatorFailure>> => {
  const token = await freshAccessToken(ports, context, id, tokenLivesMillis);
  if (token.isErr()) return err(token.error);
  const needed = scopeOfMode.direct;
  if (!token.value.scopes.includes(needed)) return err({ kind: 'MissingScope', scope: needed });
  const quota = await ports.quotas.take(use, [creatorInfoQuota(id)]);
  if (quota.isErr()) return err(quota.error);
  if (quota.value.kind === 'Exhausted') return err({ kind: 'AskedTooOften', retryAfterMillis: quota.value.quota.windowMillis });
  const answer = await ask(ports, token.value);
  if (answer.isOk() || !isStale(answer.error)) return answer;
  const refreshed = await ensureRefreshed(ports, context, id, { kind: 'forced' });
  if (refreshed.isErr()) return err(refreshed.error);
  const renewed = await freshAccessToken(ports, context, id, tokenLivesMillis);
  return renewed.isErr() ? err(renewed.error) : ask(ports, renewed.value);
};
