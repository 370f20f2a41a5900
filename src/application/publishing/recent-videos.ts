import { err, type Result } from 'neverthrow';
import type { MissingScope } from '../../domain/connection/request-publish.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { scope } from '../../domain/values/scopes.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { Principal } from '../execution/principal.ts';
import type { TikTokVideoPage, TikTokVideos } from '../ports/tiktok-videos.ts';
import { freshAccessToken, type FreshTokenPorts } from '../tokens/fresh-access-token.ts';
import type { RefreshFailure } from '../tokens/refresh-tokens.ts';
import { askWith, type QuestionFailed } from './ask-with-token.ts';
import { tokenLivesMillis } from './creator.ts';
import { usableConnection, type UnusableConnection } from './usable-connection.ts';

export interface RecentVideosPorts extends FreshTokenPorts {
  readonly videos: TikTokVideos;
}

export type VideosWanted = Readonly<{
  connectionId: ConnectionId;
  /** As `nextCursor` of the page before. */
  cursor: number | null;
  /** 1 to 20. */
  limit: number;
}>;

export type RecentVideosFailure = UnusableConnection | RefreshFailure | MissingScope | QuestionFailed;

const needed = scope('video.list');

/** The account's public videos with their counts, from TikTok; nothing of them is stored. */
export const recentVideos = async (
  ports: RecentVideosPorts,
  context: CommandContext,
  principal: Principal,
  { connectionId, cursor, limit }: VideosWanted,
): Promise<Result<TikTokVideoPage, RecentVideosFailure>> => {
  const usable = await usableConnection(ports.eventStore, principal, connectionId);
  if (usable.isErr()) return err(usable.error);
  if (!usable.value.scopes.includes(needed)) return err({ kind: 'MissingScope', scope: needed });
  const token = await freshAccessToken(ports, context, connectionId, tokenLivesMillis);
  if (token.isErr()) return err(token.error);
  return askWith(ports, context, connectionId, token.value, needed, (accessToken) => ports.videos.list(accessToken, cursor, limit));
};
