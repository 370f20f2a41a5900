import { z } from 'zod';
import type { DraftSource, PostDraft } from '../../../application/publishing/post-draft.ts';
import { privacyLevels, type PostConsent, type PostSettings } from '../../../domain/publication/request.ts';
import { connectionId, mediaId, publicationId } from '../../../domain/values/ids.ts';
import { parseInstant, type Instant } from '../../../domain/values/instant.ts';

const longestAddress = 2_048;
const mostPhotos = 35;

const moment = z.iso.datetime({ offset: true, error: 'must be an RFC 3339 moment with Z or an offset' });
const address = z.string().min(1).max(longestAddress);
const choice = z.boolean().optional();
/** Half a surrogate pair would be sealed as another character, and a NUL is part of no caption. */
const words = z.string().refine((text) => text.isWellFormed() && !text.includes('\u0000'), 'must be well-formed Unicode without NUL');

const post = z.strictObject({
  title: words.describe('May be empty. At most 2200 UTF-16 units for a video, 90 for photos.'),
  description: words.nullable().optional().describe('Photos only; at most 4000 UTF-16 units.'),
  privacy_level: z.enum(privacyLevels).nullable().optional().describe("Required for `direct`: one of the creator's `privacy_level_options`."),
  allow_comment: choice,
  allow_duet: choice.describe('Does not apply to photos.'),
  allow_stitch: choice.describe('Does not apply to photos.'),
  cover_timestamp_ms: z.int().min(0).nullable().optional().describe('Does not apply to photos.'),
  brand_organic: choice.describe('It promotes the creator or their own business.'),
  brand_content: choice.describe('It is a paid partnership.'),
  is_ai_generated: choice,
  auto_add_music: choice.describe('Photos only.'),
});

const consent = z
  .strictObject({ confirmed_at: moment, music_usage: z.boolean(), branded_content_policy: choice })
  .describe('What the creator agreed to on the posting page. Required for `direct`, kept in the history.');

const kinds = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('media'), media_id: z.uuid() }),
    z.strictObject({ type: z.literal('url'), url: address, transfer: z.enum(['upload', 'pull']) }),
    z.strictObject({
      type: z.literal('photos'),
      urls: z.array(address).min(1).max(mostPhotos),
      cover_index: z.int().min(0).optional().describe('Which of `urls`, from 0.'),
    }),
  ],
  { error: ({ code }) => (code === 'invalid_union' ? 'must be one of media, url, photos' : undefined) },
);

type Post = z.infer<typeof post>;
type Given = Readonly<{ kind: 'video' | 'photo'; mode: 'direct' | 'draft'; post: Post; source: z.infer<typeof kinds> }>;
type Misfit = Readonly<{ path: readonly string[]; message: string }>;

/** What no single field shows. */
const misfits = ({ kind, mode, post: given, source }: Given): readonly Misfit[] => {
  const found: Misfit[] = [];
  if (mode === 'direct' && (given.privacy_level ?? null) === null)
    found.push({ path: ['post', 'privacy_level'], message: 'is required for a direct post; nothing is assumed for the creator' });
  if (kind === 'photo' && source.type !== 'photos') found.push({ path: ['source', 'type'], message: 'must be photos for kind photo' });
  if (kind === 'video' && source.type === 'photos') found.push({ path: ['source', 'type'], message: 'must be media or url for kind video' });
  if (kind === 'video' && (given.description ?? null) !== null) found.push({ path: ['post', 'description'], message: 'is for photos only; leave it out' });
  if (kind === 'video' && given.auto_add_music === true) found.push({ path: ['post', 'auto_add_music'], message: 'is for photos only; leave it out' });
  if (source.type === 'photos' && (source.cover_index ?? 0) >= Math.max(1, source.urls.length))
    found.push({ path: ['source', 'cover_index'], message: 'must be the place of one of urls, counted from 0' });
  return found;
};

const example = {
  connection_id: '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10',
  kind: 'video',
  mode: 'direct',
  post: { title: 'Spring sale #shoes', privacy_level: 'SELF_ONLY', allow_comment: true },
  consent: { confirmed_at: '2026-11-20T10:00:00Z', music_usage: true },
  source: { type: 'media', media_id: '2f1d8a34-51a5-4b0e-9f43-0b9d6d5d0c77' },
} as const;

/** The body of `POST /v1/publications` and of its preflight. What is left out stays left out, so that equal bodies are equal for ever. */
export const postDraftSchema = z
  .strictObject({
    connection_id: z.uuid(),
    kind: z.enum(['video', 'photo']),
    mode: z.enum(['direct', 'draft']).describe("`draft` goes to the person's TikTok inbox; then only the words of `post` matter."),
    post,
    consent: consent.nullable().optional(),
    source: kinds,
    schedule_at: moment.nullable().optional(),
    retry_of: z.uuid().nullable().optional().describe('A failed, retryable publication of the same connection, for the record.'),
  })
  .superRefine((given, context) => {
    for (const { path, message } of misfits(given)) context.addIssue({ code: 'custom', path: [...path], message });
  })
  .meta({ examples: [example] });

export type PostDraftBody = z.infer<typeof postDraftSchema>;

const instantOf = (text: string | null | undefined): Instant | null => (text === null || text === undefined ? null : parseInstant(text));

const inTheApp: PostSettings = {
  privacyLevel: null,
  allowComment: false,
  allowDuet: false,
  allowStitch: false,
  coverTimestampMillis: null,
  brandOrganic: false,
  brandContent: false,
  isAiGenerated: false,
  autoAddMusic: false,
};

/** The person chooses everything about a draft in TikTok's app. */
const settingsOf = ({ kind, mode, post: given }: PostDraftBody): PostSettings => {
  if (mode === 'draft') return inTheApp;
  const isVideo = kind === 'video';
  return {
    privacyLevel: given.privacy_level ?? null,
    allowComment: given.allow_comment ?? false,
    allowDuet: isVideo && (given.allow_duet ?? false),
    allowStitch: isVideo && (given.allow_stitch ?? false),
    coverTimestampMillis: isVideo ? (given.cover_timestamp_ms ?? null) : null,
    brandOrganic: given.brand_organic ?? false,
    brandContent: given.brand_content ?? false,
    isAiGenerated: given.is_ai_generated ?? false,
    autoAddMusic: given.auto_add_music ?? false,
  };
};

const consentOf = ({ mode, consent: given }: PostDraftBody): PostConsent | null => {
  const confirmedAt = instantOf(given?.confirmed_at);
  if (mode === 'draft' || given === null || given === undefined || confirmedAt === null) return null;
  return { confirmedAt, musicUsage: given.music_usage, brandedContentPolicy: given.branded_content_policy ?? false };
};

const sourceOf = ({ source }: PostDraftBody): DraftSource => {
  switch (source.type) {
    case 'media':
      return { type: 'media', mediaId: mediaId(source.media_id.toLowerCase()) };
    case 'url':
      return source;
    case 'photos':
      return { type: 'photos', urls: source.urls, coverIndex: source.cover_index ?? 0 };
  }
};

export const postDraftOf = (body: PostDraftBody): PostDraft => ({
  connectionId: connectionId(body.connection_id.toLowerCase()),
  kind: body.kind,
  mode: body.mode,
  title: body.post.title,
  description: body.post.description ?? null,
  settings: settingsOf(body),
  consent: consentOf(body),
  source: sourceOf(body),
  scheduleAt: instantOf(body.schedule_at),
  retryOf: body.retry_of === null || body.retry_of === undefined ? null : publicationId(body.retry_of.toLowerCase()),
});
