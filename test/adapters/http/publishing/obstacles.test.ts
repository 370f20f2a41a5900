import { randomUUID } from 'node:crypto';
import { ResultAsync, type Result } from 'neverthrow';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CreatorInfo } from '../../../../src/application/ports/tiktok-publishing.ts';
import type { TikTokFailure } from '../../../../src/application/ports/tiktok.ts';
import { problemIn } from '../../../support/http-app.ts';
import { someCreator } from '../../../support/made-up-publishing.ts';
import { as, createPublishingStage, service, type Body, type PublishingStage } from '../../../support/publishing-stage.ts';

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

describe('a connection that cannot be used', () => {
  const outcomes = async (body: Body): Promise<readonly string[]> => {
    const answers = [await stage.publish(body), await preflight(body)];
    return answers.map((answer) => problemIn(answer).code);
  };

  it('is not_connected once it has ended, also to preflight', async () => {
    const id = await stage.connect('user-c');
    await stage.http.call({ method: 'DELETE', url: `/v1/connections/${id}`, headers: service });
    expect(await outcomes(stage.draft(id))).toEqual(['not_connected', 'not_connected']);
  });

  it('lacks a scope that the person did not grant', async () => {
    const id = await stage.connect('user-c', ['user.info.basic', 'video.publish']);
    expect(await outcomes(stage.draft(id, { mode: 'draft' }))).toEqual(['missing_scope', 'missing_scope']);
    const uploads = await stage.connect('user-c', ['user.info.basic', 'video.upload']);
    expect(await outcomes(stage.draft(uploads))).toEqual(['missing_scope', 'missing_scope']);
  });

  it('is judged before the file, and the file before TikTok is asked', async () => {
    const id = await stage.connect('user-c');
    const nothing = { source: { type: 'media', media_id: randomUUID() } };
    const asked = stage.tiktok.asked.creator;
    expect(await outcomes(stage.draft(id, nothing))).toEqual(['invalid_request', 'invalid_request']);
    await stage.http.call({ method: 'DELETE', url: `/v1/connections/${id}`, headers: service });
    expect(await outcomes(stage.draft(id, nothing))).toEqual(['not_connected', 'not_connected']);
    expect(stage.tiktok.asked.creator).toBe(asked);
  });
});

describe('a TikTok that gives no good answer', () => {
  const words = (code: string) => ({ code, message: 'as TikTok says it', logId: '20260828035612A3942F2F64B39F7F0B89' });
  const quoted = z.object({ tiktok: z.object({ code: z.string() }).optional() });
  it.each([
    ['tiktok_unavailable', 502, { kind: 'TikTokTransient', tiktok: words('internal_error'), reason: 'status 500' }],
    ['tiktok_unavailable', 502, { kind: 'TikTokTransient', tiktok: null, reason: 'status 500' }],
    ['tiktok_unavailable', 502, { kind: 'TikTokUnclear', reason: 'no answer in time', logId: null }],
    ['rate_limited', 429, { kind: 'TikTokTransient', tiktok: words('rate_limit_exceeded'), reason: 'status 429' }],
    ['tiktok_rejected', 502, { kind: 'TikTokRefused', tiktok: words('something_new') }],
    ['tiktok_rejected', 502, { kind: 'TikTokMisconfigured', tiktok: words('invalid_client') }],
    ['missing_scope', 409, { kind: 'TikTokRefused', tiktok: words('scope_not_authorized') }],
  ] as const)('is %s, and nothing is recorded', async (code, status, failure) => {
    stage.tiktok.creator = failure;
    const body = stage.draft(ada);
    const said = 'tiktok' in failure && code !== 'missing_scope' ? (failure.tiktok?.code ?? null) : null;
    for (const answer of [await stage.publish(body), await preflight(body)]) {
      expect([answer.statusCode, problemIn(answer).code, quoted.parse(answer.json()).tiktok?.code ?? null]).toEqual([status, code, said]);
    }
    stage.tiktok.creator = someCreator;
    expect((await stage.publish(body)).statusCode).toBe(202);
  });

  it('is asked once more with a new token where it takes the old one no more', async () => {
    const asked = stage.tiktok.asked.creator;
    stage.tiktok.first.push({ kind: 'TikTokRefused', tiktok: words('access_token_invalid') });
    expect((await stage.publish(stage.draft(ada))).statusCode).toBe(202);
    expect(stage.tiktok.asked.creator - asked).toBe(2);
  });

  it('is waited for no longer than a request may take; until its end the key is taken', async () => {
    const { promise: silence } = Promise.withResolvers<Result<CreatorInfo, TikTokFailure>>();
    const silent = { ...stage.tiktok, creatorInfo: () => new ResultAsync(silence) };
    const settings = { ...stage.world.parts.settings, slowAnswerMillis: 100 };
    const http = await stage.world.another({ settings, publishing: { ...stage.publishing, publishing: silent } });
    const call = { method: 'POST', url: '/v1/publications', headers: { ...service, 'idempotency-key': 'too-slow' }, payload: stage.draft(ada) } as const;
    const [slow, again] = [await http.call(call), await stage.http.call(call)];
    expect([slow.statusCode, problemIn(slow).code, again.statusCode, problemIn(again).code]).toEqual([504, 'timeout', 409, 'conflict']);
  });

  it('is asked at most 20 times a minute about one creator', async () => {
    for (let count = 0; count < 20; count += 1) expect((await preflight(stage.draft(ada))).statusCode).toBe(200);
    const answer = await preflight(stage.draft(ada));
    expect([answer.statusCode, problemIn(answer).code]).toEqual([429, 'rate_limited']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(30);
    expect((await preflight(stage.draft(ada, { mode: 'draft' }))).statusCode).toBe(200);

    const hopeless = stage.draft(ada, { consent: null });
    expect(problemIn(await stage.publish(hopeless)).code).toBe('unprocessable');
    expect((await preflight(hopeless)).json()).toMatchObject({ ok: false, problems: [{ reason: 'consent_missing' }], creator: null });
  });
});

describe('preflight', () => {
  it('shows the creator, and what was used of what TikTok allows', async () => {
    const answer = await preflight(stage.draft(ada));
    expect(answer.json()).toEqual({
      ok: true,
      problems: [],
      creator: {
        creator_avatar_url: 'https://p16.tiktokcdn.com/ada.jpeg',
        creator_username: 'ada.builds',
        creator_nickname: 'Ada Builds',
        privacy_level_options: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
        comment_disabled: false,
        duet_disabled: false,
        stitch_disabled: false,
        max_video_post_duration_sec: 600,
        cannot_post: null,
      },
      quota: {
        per_minute: { limit: 6, used: 0, window_seconds: 60, free_at: null },
        per_day: { limit: 15, used: 0, window_seconds: 86_400, free_at: null },
      },
    });
    expect((await preflight(stage.draft(ada, { mode: 'draft' }))).json()).toMatchObject({ ok: true, creator: null, quota: { per_day: { limit: 5 } } });
  });

  it('records nothing', async () => {
    const before = await stage.http.call({ url: `/v1/connections/${ada}`, headers: service });
    await preflight(stage.draft(ada));
    const after = await stage.http.call({ url: `/v1/connections/${ada}`, headers: service });
    expect(after.json()).toEqual(before.json());
  });

  it('is for the user whose connection it is', async () => {
    expect((await preflight(stage.draft(ada), as('user-b'))).statusCode).toBe(404);
  });
});
