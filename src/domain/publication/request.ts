import type { MediaId, PublicationId } from '../values/ids.ts';
import type { Instant } from '../values/instant.ts';
import type { Sealed } from '../values/sealed.ts';

export const privacyLevels = ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'FOLLOWER_OF_CREATOR', 'SELF_ONLY'] as const;
export type PrivacyLevel = (typeof privacyLevels)[number];

/** `direct` posts at once (scope `video.publish`), `draft` goes to the person's TikTok inbox (`video.upload`). */
export type PostMode = 'direct' | 'draft';

/** What the caller chose for the post, without its words. */
export type PostSettings = Readonly<{
  /** Null for a draft: the person chooses in TikTok's app. */
  privacyLevel: PrivacyLevel | null;
  allowComment: boolean;
  allowDuet: boolean;
  allowStitch: boolean;
  coverTimestampMillis: number | null;
  brandOrganic: boolean;
  brandContent: boolean;
  isAiGenerated: boolean;
  /** Photos only. */
  autoAddMusic: boolean;
}>;

/** Where the bytes come from. Addresses are personal and stand among the sealed content. */
export type PostSource =
  /** Sent by us in chunks, from a file uploaded to us. */
  | Readonly<{ type: 'media'; mediaId: MediaId; bytes: number }>
  /** Fetched by us first, then sent in chunks. */
  | Readonly<{ type: 'fetched_url' }>
  /** Fetched by TikTok. */
  | Readonly<{ type: 'pulled_url' }>
  | Readonly<{ type: 'photos'; count: number; coverIndex: number }>;

/** What the creator agreed to on the posting page. */
export type PostConsent = Readonly<{ confirmedAt: Instant; musicUsage: boolean; brandedContentPolicy: boolean }>;

/** What TikTok said the creator may do, when the request was judged. */
export type CreatorOptions = Readonly<{
  privacyLevels: readonly PrivacyLevel[];
  commentDisabled: boolean;
  duetDisabled: boolean;
  stitchDisabled: boolean;
  maxVideoSeconds: number;
}>;

/** A request to publish as history keeps it. */
export type PublishRequest = Readonly<{
  kind: 'video' | 'photo';
  mode: PostMode;
  settings: PostSettings;
  source: PostSource;
  /** Title, description, addresses and the creator's name, sealed for the connection's life and this publication. */
  content: Sealed;
  /** Null for a draft, which needs none. */
  consent: PostConsent | null;
  creator: CreatorOptions | null;
  scheduleAt: Instant | null;
  retryOf: PublicationId | null;
}>;

/** Bytes go from us to TikTok, or TikTok fetches them. A start without an answer is harmless only for the first. */
export type Transfer = 'upload' | 'pull';

export const transferOf = ({ source }: PublishRequest): Transfer =>
  source.type === 'media' || source.type === 'fetched_url' ? 'upload' : 'pull';
