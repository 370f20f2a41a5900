import { randomUUID } from 'node:crypto';
import type { LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { postingReasons } from '../../../../src/application/publishing/problem-reasons.ts';
import type { CreatorInfo } from '../../../../src/application/ports/tiktok-publishing.ts';
import type { VideoFacts } from '../../../../src/domain/publication/posting-rules.ts';
import { userId } from '../../../../src/domain/values/ids.ts';
import { problemIn } from '../../../support/http-app.ts';
import { goodVideo } from '../../../support/made-up-media.ts';
import { someCreator } from '../../../support/made-up-publishing.ts';
import { as, createPublishingStage, failed, service, type Body, type PublishingStage } from '../../../support/publishing-stage.ts';

let stage: PublishingStage;
let ada: string;

beforeAll(async () => {
  stage = await createPublishingStage();
  ada = await stage.connect('user-a');
});
beforeEach(async () => {
  stage.tiktok.creator = someCreator;
  await stage.forgetQuotas();
});
afterAll(() => stage.close());

const preflight = (body: Body, headers = service) => stage.preflight(body, headers);

const refused = z.object({ code: z.string(), reason: z.string(), problems: z.array(z.object({ reason: z.string(), detail: z.string() })) });
const told = z.object({ ok: z.boolean(), problems: z.array(z.object({ reason: z.string(), detail: z.string() })) });

const video = (facts: Partial<VideoFacts>): Body => ({ source: { type: 'media', media_id: stage.media.add({ video: facts, bytes: facts.bytes ?? goodVideo.bytes }).id } });
const post = (changes: Body): Body => ({ post: { title: 'Spring sale', privacy_level: 'SELF_ONLY', ...changes } });
const agreed = { confirmed_at: '2026-11-20T10:00:00Z', music_usage: true, branded_content_policy: true };
const creator = (options: Partial<CreatorInfo['options']>): CreatorInfo => ({ ...someCreator, options: { ...someCreator.options, ...options } });
const url = (address: string, transfer = 'upload'): Body => ({ source: { type: 'url', url: address, transfer } });
const photos = (changes: Body = {}): Body => ({
  kind: 'photo',
  source: { type: 'photos', urls: ['https://media.example.com/1.jpg'] },
  ...changes,
});

interface Offence {
  readonly reason: string;
  readonly draft: () => Body;
  readonly creator?: CreatorInfo;
}

const offences: readonly Offence[] = [
  { reason: 'privacy_level_not_offered', draft: () => post({ privacy_level: 'FOLLOWER_OF_CREATOR' }) },
  { reason: 'branded_content_cannot_be_private', draft: () => ({ ...post({ brand_content: true }), consent: agreed }) },
  { reason: 'consent_missing', draft: () => ({ consent: null }) },
  { reason: 'comment_disabled_by_creator', draft: () => post({ allow_comment: true }), creator: creator({ commentDisabled: true }) },
  { reason: 'duet_disabled_by_creator', draft: () => post({ allow_duet: true }), creator: creator({ duetDisabled: true }) },
  { reason: 'stitch_disabled_by_creator', draft: () => post({ allow_stitch: true }), creator: creator({ stitchDisabled: true }) },
  { reason: 'video_too_long', draft: () => video({ durationMillis: 61_000 }), creator: creator({ maxVideoSeconds: 60 }) },
  { reason: 'video_format', draft: () => video({ codec: 'av1' }) },
  { reason: 'video_size', draft: () => video({ bytes: 4 * 2 ** 30 + 1 }) },
  { reason: 'video_dimensions', draft: () => video({ width: 359 }) },
  { reason: 'video_frame_rate', draft: () => video({ frameRate: 61 }) },
  { reason: 'title_too_long', draft: () => post({ title: 'x'.repeat(2_201) }) },
  { reason: 'description_too_long', draft: () => photos(post({ description: 'x'.repeat(4_001) })) },
  { reason: 'creator_cannot_post_now', draft: () => ({}), creator: { ...someCreator, cannotPost: { code: 'spam_risk_too_many_posts', message: 'too many', logId: null } } },
  { reason: 'url_not_verified', draft: () => url('https://elsewhere.example.com/1.mp4', 'pull') },
  { reason: 'not_a_public_url', draft: () => url('https://10.0.0.1/1.mp4') },
  { reason: 'schedule_in_past', draft: () => ({ schedule_at: '2020-01-01T00:00:00Z' }) },
];

describe('a post that a rule forbids', () => {
  it.each(offences)('is refused with $reason, and preflight says the same', async ({ reason, draft, creator: info = someCreator }) => {
    stage.tiktok.creator = info;
    const body = stage.draft(ada, draft());
    const answer = await stage.publish(body);
    const { code, ...problem } = refused.parse(answer.json());
    expect([answer.statusCode, code, problem.reason, problem.problems.map((each) => each.reason)]).toEqual([422, 'unprocessable', reason, [reason]]);
    const checked = await preflight(body);
    expect([checked.statusCode, told.parse(checked.json())]).toEqual([200, { ok: false, problems: problem.problems }]);
  });

  it('has a test for every reason there is', () => {
    expect(offences.map(({ reason }) => reason).sort()).toEqual([...postingReasons].sort());
  });

  it('is told every rule at once, the first by name', async () => {
    const answer = await stage.publish(stage.draft(ada, { ...post({ title: 'x'.repeat(2_201) }), consent: null, schedule_at: '2020-01-01T00:00:00Z' }));
    const { reason, problems } = refused.parse(answer.json());
    expect([reason, problems.map((each) => each.reason)]).toEqual(['consent_missing', ['consent_missing', 'title_too_long', 'schedule_in_past']]);
  });

  it('leaves the key free for a better one', async () => {
    const key = randomUUID();
    expect((await stage.publish(stage.draft(ada, { consent: null }), { key })).statusCode).toBe(422);
    expect((await stage.publish(stage.draft(ada), { key })).statusCode).toBe(202);
  });

  it('is refused by length in UTF-16 units, however many bytes and letters that is', async () => {
    expect((await stage.publish(stage.draft(ada, post({ title: '🎬'.repeat(1_100) })))).statusCode).toBe(202);
    expect((await stage.publish(stage.draft(ada, post({ title: '🎬'.repeat(1_101) })))).statusCode).toBe(422);
  });
});

const fieldsOf = (answer: LightMyRequestResponse) => {
  const { code, errors } = problemIn(answer);
  return [code, errors.map(({ path }) => path)];
};

describe('a request that is not well-formed', () => {
  const direct = { title: 'x', privacy_level: 'SELF_ONLY' };
  it.each<readonly [what: string, path: string, changes: Body]>([
    ['an unknown field', 'hashtags', { hashtags: [] }],
    ['an unknown field of the post', 'post.disable_comment', { post: { ...direct, disable_comment: true } }],
    ['no title', 'post.title', { post: { privacy_level: 'SELF_ONLY' } }],
    ['a title with half a character', 'post.title', { post: { ...direct, title: 'Spring \ud83c sale' } }],
    ['a title with a NUL', 'post.title', { post: { ...direct, title: 'Spring\u0000sale' } }],
    ['a description with half a character', 'post.description', photos({ post: { ...direct, description: '\udfac' } })],
    ['no privacy level of a direct post', 'post.privacy_level', { post: { title: 'x' } }],
    ['a null privacy level of a direct post', 'post.privacy_level', { post: { title: 'x', privacy_level: null } }],
    ['a privacy level that TikTok does not know', 'post.privacy_level', { post: { title: 'x', privacy_level: 'EVERYBODY' } }],
    ['a cover before the beginning', 'post.cover_timestamp_ms', { post: { ...direct, cover_timestamp_ms: -1 } }],
    ['a description of a video', 'post.description', { post: { ...direct, description: 'x' } }],
    ['music for a video', 'post.auto_add_music', { post: { ...direct, auto_add_music: true } }],
    ['photos as a video', 'source.type', { source: { type: 'photos', urls: ['https://media.example.com/1.jpg'] } }],
    ['a file as photos', 'source.type', { kind: 'photo' }],
    ['an unknown source', 'source.type', { source: { type: 'ftp' } }],
    ['no source', 'source', { source: undefined }],
    ['no way of transfer', 'source.transfer', { source: { type: 'url', url: 'https://media.example.com/1.mp4' } }],
    ['no photos', 'source.urls', photos({ source: { type: 'photos', urls: [] } })],
    ['36 photos', 'source.urls', photos({ source: { type: 'photos', urls: Array.from({ length: 36 }, () => 'https://media.example.com/1.jpg') } })],
    ['a cover that is no photo', 'source.cover_index', photos({ source: { type: 'photos', urls: ['https://media.example.com/1.jpg'], cover_index: 1 } })],
    ['a time that is none', 'schedule_at', { schedule_at: 'tomorrow' }],
    ['a day that is none', 'schedule_at', { schedule_at: '2030-02-30T00:00:00Z' }],
    ['a time without an offset', 'schedule_at', { schedule_at: '2030-01-01T00:00:00' }],
    ['a consent without a time', 'consent.confirmed_at', { consent: { music_usage: true } }],
    ['a media id that is none', 'source.media_id', { source: { type: 'media', media_id: 'x' } }],
  ])('is refused for %s, which it names', async (_, path, changes) => {
    const asked = stage.tiktok.asked.creator;
    const body = stage.draft(ada, changes);
    for (const answer of [await stage.publish(body), await preflight(body)]) expect([answer.statusCode, fieldsOf(answer)]).toEqual([400, ['invalid_request', [path]]]);
    expect(stage.tiktok.asked.creator).toBe(asked);
  });

  it('is refused for a file that is not there, or another users', async () => {
    const theirs = stage.media.add({ owner: userId('user-b') });
    for (const [id, headers] of [[randomUUID(), service], [theirs.id, as('user-a')]] as const) {
      const body = stage.draft(ada, { source: { type: 'media', media_id: id } });
      for (const answer of [await stage.publish(body, { headers }), await preflight(body, headers)])
        expect([answer.statusCode, fieldsOf(answer)]).toEqual([400, ['invalid_request', ['source.media_id']]]);
    }
  });

  it('may name a failed, retryable publication of the same connection, and no other', async () => {
    const ended = await stage.accepted(ada);
    const retrying = () => stage.publish(stage.draft(ada, { retry_of: ended }));
    expect(fieldsOf(await retrying())).toEqual(['invalid_request', ['retry_of']]);
    await stage.advance(ended, failed('internal', true));
    expect((await retrying()).statusCode).toBe(202);
    const other = await stage.connect('user-b');
    expect(fieldsOf(await stage.publish(stage.draft(other, { retry_of: ended })))).toEqual(['invalid_request', ['retry_of']]);
    const final = await stage.accepted(ada);
    await stage.advance(final, failed('video_format', false));
    expect(fieldsOf(await stage.publish(stage.draft(ada, { retry_of: final })))).toEqual(['invalid_request', ['retry_of']]);
  });

  it('takes the addresses of 35 photos, long as they may be', async () => {
    const urls = Array.from({ length: 35 }, (_, index) => `https://media.example.com/${index}/${'x'.repeat(2_000)}.jpg`);
    expect((await stage.publish(stage.draft(ada, photos({ source: { type: 'photos', urls, cover_index: 34 } })))).statusCode).toBe(202);
  });
});
