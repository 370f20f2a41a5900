import type { PostingProblem } from '../../domain/publication/posting-rules.ts';

const reasons = {
  PrivacyLevelNotOffered: 'privacy_level_not_offered',
  BrandedContentCannotBePrivate: 'branded_content_cannot_be_private',
  ConsentMissing: 'consent_missing',
  CommentDisabledByCreator: 'comment_disabled_by_creator',
  DuetDisabledByCreator: 'duet_disabled_by_creator',
  StitchDisabledByCreator: 'stitch_disabled_by_creator',
  VideoTooLong: 'video_too_long',
  VideoFormat: 'video_format',
  VideoSize: 'video_size',
  VideoDimensions: 'video_dimensions',
  VideoFrameRate: 'video_frame_rate',
  TitleTooLong: 'title_too_long',
  DescriptionTooLong: 'description_too_long',
  ScheduleInPast: 'schedule_in_past',
  CreatorCannotPostNow: 'creator_cannot_post_now',
  UrlNotVerified: 'url_not_verified',
  NotAPublicUrl: 'not_a_public_url',
} as const satisfies Readonly<Record<PostingProblem['kind'], string>>;

export type PostingReason = (typeof reasons)[PostingProblem['kind']];

export const postingReasons: readonly PostingReason[] = Object.values(reasons);

/** The name that callers know a problem by (`reason`). */
export const reasonOf = ({ kind }: PostingProblem): PostingReason => reasons[kind];
