import { z } from 'zod';
import type { QuotaUse } from '../../../application/ports/publish-quotas.ts';
import type { Preflight } from '../../../application/publishing/preflight-publication.ts';
import { reasonOf } from '../../../application/publishing/problem-reasons.ts';
import { refusedRules } from '../problems/problem-schema.ts';
import { creatorBody, creatorSchema } from './creator-schema.ts';

const quotaSchema = z.strictObject({
  limit: z.int().min(0),
  used: z.int().min(0),
  window_seconds: z.int().min(1),
  free_at: z.iso.datetime().nullable().describe('When one more is possible; null where it is now.'),
});

export const preflightSchema = z
  .strictObject({
    ok: z.boolean().describe('It would be accepted.'),
    problems: refusedRules,
    creator: creatorSchema.nullable().describe('Null where TikTok was not asked: for a draft, and for a post that is refused anyway while TikTok must not be asked again.'),
    quota: z
      .strictObject({ per_minute: quotaSchema, per_day: quotaSchema })
      .describe('What this service has used of what TikTok allows this creator. Over it a post waits; it is not refused.'),
  })
  .meta({ id: 'Preflight' });

const quotaBody = ({ quota, used, freeAt }: QuotaUse): z.infer<typeof quotaSchema> => ({
  limit: quota.limit,
  used,
  window_seconds: quota.windowMillis / 1_000,
  free_at: freeAt,
});

export const preflightBody = ({ problems, creator, perMinute, perDay }: Preflight): z.infer<typeof preflightSchema> => ({
  ok: problems.length === 0,
  problems: problems.map((problem) => ({ reason: reasonOf(problem), detail: problem.detail })),
  creator: creator === null ? null : creatorBody(creator),
  quota: { per_minute: quotaBody(perMinute), per_day: quotaBody(perDay) },
});
