import { plusMillis, type Instant } from '../values/instant.ts';
import type { CreatorOptions, PostConsent, PostSettings, PostMode } from './request.ts';

/** What a file shows of itself. Frames per second may be unknown, as it may vary within a file. */
export type VideoFacts = Readonly<{
  container: string;
  codec: string;
  durationMillis: number;
  width: number;
  height: number;
  frameRate: number | null;
  bytes: number;
}>;

/** A request before it is accepted. Words are measured here and kept elsewhere, sealed. */
export type Proposal = Readonly<{
  kind: 'video' | 'photo';
  mode: PostMode;
  settings: PostSettings;
  title: string;
  description: string | null;
  consent: PostConsent | null;
  scheduleAt: Instant | null;
  /** Null where the file is not here yet. */
  video: VideoFacts | null;
  /** Null where TikTok was not asked, as for a draft. */
  creator: CreatorOptions | null;
}>;

/** Why TikTok, its guidelines or the creator's own settings forbid a post. `detail` says what to change. */
export type PostingProblem = Readonly<{
  kind:
    | 'PrivacyLevelNotOffered'
    | 'BrandedContentCannotBePrivate'
    | 'ConsentMissing'
    | 'CommentDisabledByCreator'
    | 'DuetDisabledByCreator'
    | 'StitchDisabledByCreator'
    | 'VideoTooLong'
    | 'VideoFormat'
    | 'VideoSize'
    | 'VideoDimensions'
    | 'VideoFrameRate'
    | 'TitleTooLong'
    | 'DescriptionTooLong'
    | 'ScheduleInPast'
    | 'CreatorCannotPostNow'
    | 'UrlNotVerified'
    | 'NotAPublicUrl';
  detail: string;
}>;

const containers: ReadonlySet<string> = new Set(['mp4', 'mov', 'webm']);
const codecs: ReadonlySet<string> = new Set(['h264', 'h265', 'vp8', 'vp9']);
const largestBytes = 4 * 2 ** 30;
const [shortestSide, longestSide] = [360, 4096];
const [slowest, fastest] = [23, 60];
/** Upload endpoint's own limit where no creator info says otherwise (media transfer guide). */
const longestWithoutCreatorSeconds = 600;

const textLimits = { video: { title: 2200, description: 0 }, photo: { title: 90, description: 4000 } } as const;

const problem = (kind: PostingProblem['kind'], detail: string): PostingProblem => ({ kind, detail });

/** TikTok counts UTF-16 code units, as JavaScript does: an emoji is usually two. */
const textProblems = ({ kind, title, description }: Proposal): readonly PostingProblem[] => {
  const limits = textLimits[kind];
  const problems: PostingProblem[] = [];
  if (title.length > limits.title)
    problems.push(problem('TitleTooLong', `The title has ${title.length} UTF-16 units; a ${kind} may have ${limits.title}.`));
  if (kind === 'photo' && description !== null && description.length > limits.description)
    problems.push(problem('DescriptionTooLong', `The description has ${description.length} UTF-16 units; ${limits.description} are allowed.`));
  return problems;
};

/** @param creator null where TikTok was not asked: then only TikTok's general limit of ten minutes holds */
export const videoProblems = (video: VideoFacts, creator: CreatorOptions | null): readonly PostingProblem[] => {
  const problems: PostingProblem[] = [];
  const longest = creator?.maxVideoSeconds ?? longestWithoutCreatorSeconds;
  if (!containers.has(video.container) || !codecs.has(video.codec))
    problems.push(problem('VideoFormat', `TikTok takes H.264, H.265, VP8 and VP9 in MP4, MOV and WebM; this is ${video.codec} in ${video.container}.`));
  if (video.bytes > largestBytes) problems.push(problem('VideoSize', `The video has ${video.bytes} bytes; TikTok takes ${largestBytes}.`));
  if (video.durationMillis > longest * 1000)
    problems.push(problem('VideoTooLong', `The video lasts ${Math.ceil(video.durationMillis / 1000)} s; this creator may post ${longest} s.`));
  const sides = [video.width, video.height];
  if (Math.min(...sides) < shortestSide || Math.max(...sides) > longestSide)
    problems.push(problem('VideoDimensions', `The video has ${video.width} × ${video.height} pixels; each side must have ${shortestSide} to ${longestSide}.`));
  if (video.frameRate !== null && (video.frameRate < slowest || video.frameRate > fastest))
    problems.push(problem('VideoFrameRate', `The video has ${video.frameRate} frames a second; TikTok takes ${slowest} to ${fastest}.`));
  return problems;
};

const interactionProblems = ({ kind, settings }: Proposal, creator: CreatorOptions): readonly PostingProblem[] => {
  const problems: PostingProblem[] = [];
  if (settings.allowComment && creator.commentDisabled)
    problems.push(problem('CommentDisabledByCreator', 'The creator has switched comments off in TikTok: send allow_comment false.'));
  if (kind === 'video' && settings.allowDuet && creator.duetDisabled)
    problems.push(problem('DuetDisabledByCreator', 'The creator has switched duets off in TikTok: send allow_duet false.'));
  if (kind === 'video' && settings.allowStitch && creator.stitchDisabled)
    problems.push(problem('StitchDisabledByCreator', 'The creator has switched stitches off in TikTok: send allow_stitch false.'));
  return problems;
};

/** A page's clock may be ahead of ours by so much; a consent of the future is none. */
const clockSlackMillis = 5 * 60_000;

const directProblems = (proposal: Proposal, now: Instant): readonly PostingProblem[] => {
  const { settings, creator, consent } = proposal;
  const problems: PostingProblem[] = [];
  if (creator !== null && (settings.privacyLevel === null || !creator.privacyLevels.includes(settings.privacyLevel)))
    problems.push(
      problem('PrivacyLevelNotOffered', `TikTok offers this creator ${creator.privacyLevels.join(', ')}; choose one of them.`),
    );
  if (settings.brandContent && settings.privacyLevel === 'SELF_ONLY')
    problems.push(problem('BrandedContentCannotBePrivate', 'Branded content visibility cannot be set to private: choose another privacy level.'));
  const given = consent?.musicUsage === true && (!settings.brandContent || consent.brandedContentPolicy);
  if (!given || consent.confirmedAt > plusMillis(now, clockSlackMillis))
    problems.push(
      problem(
        'ConsentMissing',
        settings.brandContent
          ? "The creator must agree to TikTok's Music Usage Confirmation and Branded Content Policy."
          : "The creator must agree to TikTok's Music Usage Confirmation.",
      ),
    );
  return creator === null ? problems : [...problems, ...interactionProblems(proposal, creator)];
};

/** Everything that speaks against a post, so that a caller can mend it all at once. Pure: preflight and publishing judge alike. */
export const postingProblems = (proposal: Proposal, now: Instant): readonly PostingProblem[] => [
  ...(proposal.mode === 'direct' ? directProblems(proposal, now) : []),
  ...textProblems(proposal),
  ...(proposal.video === null ? [] : videoProblems(proposal.video, proposal.creator)),
  ...(proposal.scheduleAt !== null && proposal.scheduleAt <= now
    ? [problem('ScheduleInPast', 'schedule_at has passed: leave it out to publish at once.')]
    : []),
];
