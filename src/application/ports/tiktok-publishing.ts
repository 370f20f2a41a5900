import type { ResultAsync } from 'neverthrow';
import type { ChunkPlan } from '../../domain/publication/chunk-plan.ts';
import type { Observation } from '../../domain/publication/commands.ts';
import type { CreatorOptions, PostMode, PostSettings } from '../../domain/publication/request.ts';
import type { PublishId } from '../../domain/values/ids.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { TikTokFailure, TikTokWords } from './tiktok.ts';

/** What TikTok says of a creator, as its content-sharing guidelines want it shown before each post. */
export type CreatorInfo = Readonly<{
  username: string | null;
  nickname: string | null;
  /** Signed by TikTok, for two hours. */
  avatarUrl: string | null;
  options: CreatorOptions;
  /** TikTok's words where this creator may not post now (`spam_risk…`, `reached_active_user_cap`). */
  cannotPost: TikTokWords | null;
}>;

type PostStart = Readonly<{ mode: PostMode; title: string; description: string | null; settings: PostSettings }>;

export type VideoStart = PostStart &
  Readonly<{
    kind: 'video';
    source: Readonly<{ kind: 'upload'; plan: ChunkPlan }> | Readonly<{ kind: 'pull'; url: Secret<string> }>;
  }>;
export type PhotoStart = PostStart & Readonly<{ kind: 'photo'; urls: readonly Secret<string>[]; coverIndex: number }>;

/** `uploadUrl` is null where TikTok fetches; it carries a token and lives an hour. */
export type Started = Readonly<{ publishId: PublishId; uploadUrl: Secret<string> | null; logId: string | null }>;

export type PublishStatus = Readonly<{ observation: Observation; logId: string | null }>;

export interface TikTokPublishing {
  creatorInfo(accessToken: Secret<string>): ResultAsync<CreatorInfo, TikTokFailure>;
  /** Begins an upload or a pull: must not be sent twice for one publication. Answers or fails within 10 s. */
  start(accessToken: Secret<string>, request: VideoStart | PhotoStart): ResultAsync<Started, TikTokFailure>;
  status(accessToken: Secret<string>, publishId: PublishId): ResultAsync<PublishStatus, TikTokFailure>;
  /** Only a pull that is not nearly done can be cancelled. */
  cancel(accessToken: Secret<string>, publishId: PublishId): ResultAsync<void, TikTokFailure>;
}

export type Chunk = Readonly<{ plan: ChunkPlan; index: number; contentType: string }>;

export type ChunkFailure =
  /** The address takes no more: expired (403) or unknown (404). */
  | Readonly<{ kind: 'UploadClosed'; status: number }>
  /** TikTok has another count of bytes (416). */
  | Readonly<{ kind: 'ChunkOutOfStep' }>
  /** The same chunk would be refused again. `status` is null where it was not sent: its address is not a public one. */
  | Readonly<{ kind: 'ChunkRefused'; status: number | null }>
  /** It may or may not have arrived; the same chunk may be sent again. */
  | Readonly<{ kind: 'ChunkUnanswered'; reason: string }>
  /** Our own file failed while it was read. */
  | Readonly<{ kind: 'SourceFailed'; reason: string }>;

export interface TikTokUploads {
  /** Streams one chunk. @param body is opened anew for each call, yields exactly the chunk's bytes; a piece need not hold longer than until the next is asked for */
  putChunk(uploadUrl: Secret<string>, chunk: Chunk, body: () => AsyncIterable<Uint8Array>, signal: AbortSignal): ResultAsync<void, ChunkFailure>;
}
