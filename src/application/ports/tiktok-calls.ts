/** Everything that TikTok is asked, by what it is for: `token` alone has two uses. */
export const tiktokEndpoints = [
  'token_exchange',
  'token_refresh',
  'token_revoke',
  'user_info',
  'creator_info',
  'publish_start',
  'publish_status',
  'publish_cancel',
  'video_list',
  'upload_chunk',
] as const;
export type TikTokEndpoint = (typeof tiktokEndpoints)[number];

/** `unsent`: a chunk whose bytes we could not read. The others are the classes of TikTok's failures. */
export const tiktokCallOutcomes = ['ok', 'refused', 'misconfigured', 'transient', 'unclear', 'unsent'] as const;
export type TikTokCallOutcome = (typeof tiktokCallOutcomes)[number];

/** What came of one call, without anything that it carried. */
export type TikTokCallEnd = Readonly<{
  outcome: TikTokCallOutcome;
  /** Null without an answer. */
  status: number | null;
  /** TikTok's own name for the call, which its support asks for. */
  logId: string | null;
  /** TikTok's code for a failure. */
  code: string | null;
  /** Ours, for a failure that TikTok gave no code for. */
  reason: string | null;
}>;

/** Is told of every call as it begins and, once, as it ends. */
export type TikTokCallWatch = (endpoint: TikTokEndpoint) => (end: TikTokCallEnd) => void;
