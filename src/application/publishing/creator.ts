import { err, type Result } from 'neverthrow';
import { scopeOfMode, type MissingScope } from '../../domain/connection/request-publish.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { millisOf } from '../../domain/values/instant.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { Unavailable } from '../failures.ts';
import type { PublishQuotas } from '../ports/publish-quotas.ts';
import type { CreatorInfo, TikTokPublishing } from '../ports/tiktok-publishing.ts';
import { ensureRefreshed, freshAccessToken, type ConnectionAt, type FreshToken, type FreshTokenPorts } from '../tokens/fresh-access-token.ts';
import type { RefreshFailure } from '../tokens/refresh-tokens.ts';
import { askWith, type QuestionFailed } from './ask-with-token.ts';
import { creatorInfoQuota } from './quotas.ts';

export interface CreatorPorts extends FreshTokenPorts {
  readonly publishing: TikTokPublishing;
  readonly quotas: PublishQuotas;
}

/** TikTok was asked as often as it allows. */
export type AskedTooOften = Readonly<{ kind: 'AskedTooOften'; retryAfterMillis: number }>;
export type CreatorFailure = RefreshFailure | MissingScope | AskedTooOften | QuestionFailed | Unavailable;

/** Long enough for a call and what follows it. */
export const tokenLivesMillis = 60_000;

/** TikTok takes a token no more though its time has not come. What comes of it shows at the next call. */
export const renewToken = async (ports: FreshTokenPorts, context: CommandContext, id: ConnectionId, { tokenSet }: Pick<FreshToken, 'tokenSet'>): Promise<boolean> =>
  (await ensureRefreshed(ports, context, id, { kind: 'refused', tokenSet })).isOk();

/**
 * What TikTok says of the creator now. A token that TikTok no longer takes before its time is refreshed once.
 * @param use names the asking in the ledger of quotas
 * @param seen the connection, where it was just looked at
 */
export const creatorInfo = async (
  ports: CreatorPorts,
  context: CommandContext,
  id: ConnectionId,
  use: string,
  seen: ConnectionAt | null = null,
): Promise<Result<CreatorInfo, CreatorFailure>> => {
  const token = await freshAccessToken(ports, context, id, tokenLivesMillis, seen);
  if (token.isErr()) return err(token.error);
  const needed = scopeOfMode.direct;
  if (!token.value.scopes.includes(needed)) return err({ kind: 'MissingScope', scope: needed });
  const quota = await ports.quotas.take([{ use, quota: creatorInfoQuota(id) }]);
  if (quota.isErr()) return err(quota.error);
  if (quota.value.kind === 'Exhausted') {
    const retryAfterMillis = Math.max(1_000, millisOf(quota.value.freeAt) - millisOf(ports.clock.now()));
    return err({ kind: 'AskedTooOften', retryAfterMillis });
  }
  return askWith(ports, context, id, token.value, needed, (accessToken) => ports.publishing.creatorInfo(accessToken));
};
