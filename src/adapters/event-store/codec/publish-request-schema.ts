import { z } from 'zod';
import { privacyLevels, type CreatorOptions, type PostConsent, type PostSettings, type PostSource, type PublishRequest } from '../../../domain/publication/request.ts';
import { storedInstant, storedMediaId, storedPublicationId, storedSealed } from './value-schemas.ts';

const privacyLevel = z.enum(privacyLevels);

const settings: z.ZodType<PostSettings> = z.object({
  privacyLevel: privacyLevel.nullable(),
  allowComment: z.boolean(),
  allowDuet: z.boolean(),
  allowStitch: z.boolean(),
  coverTimestampMillis: z.int().nonnegative().nullable(),
  brandOrganic: z.boolean(),
  brandContent: z.boolean(),
  isAiGenerated: z.boolean(),
  autoAddMusic: z.boolean(),
});

const source: z.ZodType<PostSource> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('media'), mediaId: storedMediaId, bytes: z.int().positive() }),
  z.object({ type: z.literal('fetched_url') }),
  z.object({ type: z.literal('pulled_url') }),
  z.object({ type: z.literal('photos'), count: z.int().positive(), coverIndex: z.int().nonnegative() }),
]);

const consent: z.ZodType<PostConsent> = z.object({ confirmedAt: storedInstant, musicUsage: z.boolean(), brandedContentPolicy: z.boolean() });

const creator: z.ZodType<CreatorOptions> = z.object({
  privacyLevels: z.array(privacyLevel),
  commentDisabled: z.boolean(),
  duetDisabled: z.boolean(),
  stitchDisabled: z.boolean(),
  maxVideoSeconds: z.int().nonnegative(),
});

/** As both `PublishRequested` and `PublicationAccepted` keep it. */
export const storedPublishRequest: z.ZodType<PublishRequest> = z.object({
  kind: z.enum(['video', 'photo']),
  mode: z.enum(['direct', 'draft']),
  settings,
  source,
  content: storedSealed,
  consent: consent.nullable(),
  creator: creator.nullable(),
  scheduleAt: storedInstant.nullable(),
  retryOf: storedPublicationId.nullable(),
});
