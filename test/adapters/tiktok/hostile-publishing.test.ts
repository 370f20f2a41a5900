import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { parseJsonObject } from '../../../src/adapters/tiktok/json-object.ts';
import type { TikTokFailure } from '../../../src/application/ports/tiktok.ts';
import { publishId } from '../../../src/domain/values/ids.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { answerOf, type Script } from '../../support/scripted-server.ts';
import { accessToken, answering, credentials, logId } from './client-setup.ts';
import { photos, publishingRig, pull, pullUrl, upload, uploadUrl, well } from './publishing-setup.ts';
import { expectNoCredential, spoilt } from './spoilt-answers.ts';

const stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

type Call = 'creatorInfo' | 'upload' | 'pull' | 'photos' | 'status' | 'cancel' | 'videos';

const token = secret(accessToken);
const id = publishId('v_pub_url~v2-1.7600000000000000001');

const failureOf = async (call: Call, script: Script): Promise<TikTokFailure | null> => {
  const { client, stop } = await publishingRig(script, 300);
  stopping.push(stop);
  const calls = {
    creatorInfo: () => client.creatorInfo(token).map(() => undefined),
    upload: () => client.start(token, upload).map(() => undefined),
    pull: () => client.start(token, pull).map(() => undefined),
    photos: () => client.start(token, photos).map(() => undefined),
    status: () => client.status(token, id).map(() => undefined),
    cancel: () => client.cancel(token, id),
    videos: () => client.list(token, null, 20).map(() => undefined),
  };
  return calls[call]().match(
    () => null,
    (failure) => failure,
  );
};

const hidden = [...credentials, uploadUrl, pullUrl, 'https://media.example.com/p/1.jpg'];

describe.each<Call>(['creatorInfo', 'upload', 'pull', 'photos', 'status', 'cancel', 'videos'])('TikTok spoils the answer of %s', (call) => {
  it.each(spoilt)('with %s', async (_, script, expected) => {
    const failure = await failureOf(call, script);
    expect(failure).toMatchObject(expected);
    expectNoCredential(failure, hidden);
  });
});

const odd = (field: string): string => `the answer's ${field} is missing or not as it should be (status 200)`;

describe('TikTok answers a start', () => {
  it.each([
    ['no data', '{"error":{"code":"ok"}}', 'data'],
    ['data of null', well('null'), 'data'],
    ['no publish id', well(`{"upload_url":"${uploadUrl}"}`), 'data.publish_id'],
    ['an empty publish id', well(`{"publish_id":"","upload_url":"${uploadUrl}"}`), 'data.publish_id'],
    ['a publish id that is a number', well(`{"publish_id":7600000000000000001,"upload_url":"${uploadUrl}"}`), 'data.publish_id'],
    ['a publish id of a megabyte', well(`{"publish_id":"${'v'.repeat(900_000)}","upload_url":"${uploadUrl}"}`), 'data.publish_id'],
    ['a publish id with a line break', well(`{"publish_id":"v\\nx","upload_url":"${uploadUrl}"}`), 'data.publish_id'],
    ['no upload address', well('{"publish_id":"v_pub_file~1"}'), 'data.upload_url'],
    ['an upload address of null', well('{"publish_id":"v_pub_file~1","upload_url":null}'), 'data.upload_url'],
    ['an upload address without encryption', well('{"publish_id":"v_pub_file~1","upload_url":"http://open-upload.tiktokapis.example/video/"}'), 'data.upload_url'],
    ['an upload address of another scheme', well('{"publish_id":"v_pub_file~1","upload_url":"file:///etc/passwd"}'), 'data.upload_url'],
    ['an upload address with user information', well('{"publish_id":"v_pub_file~1","upload_url":"https://a:b@upload.example/"}'), 'data.upload_url'],
    ['an upload address with a line break', well('{"publish_id":"v_pub_file~1","upload_url":"https://upload.example/\\r\\nX: 1"}'), 'data.upload_url'],
    ['an upload address that is a path', well('{"publish_id":"v_pub_file~1","upload_url":"/video/"}'), 'data.upload_url'],
    ['an upload address in a list', well(`{"publish_id":"v_pub_file~1","upload_url":["${uploadUrl}"]}`), 'data.upload_url'],
  ])('with %s', async (_, body, field) => {
    const failure = await failureOf('upload', answering(200, body));
    expect(failure).toMatchObject({ kind: 'TikTokUnclear', reason: odd(field) });
    expectNoCredential(failure, hidden);
  });

  it.each<[string, Script]>([
    ['nothing in time', () => undefined],
    ['a cut connection', (socket) => void socket.destroy()],
    ['a page', answering(200, '<html>', { 'Content-Type': 'text/html' })],
    ['a gateway error without an error of its own', answering(502, '{}')],
    ['a server error that is empty', answering(500, '')],
    ['a success with half a body', (socket) => void socket.end(answerOf(200, well('{"publish_id":"v"}')).subarray(0, 90))],
  ])('with %s, after which nobody can say whether it began', async (_, script) => {
    for (const call of ['upload', 'pull', 'photos'] as const) expect(await failureOf(call, script)).toMatchObject({ kind: 'TikTokUnclear' });
  });

  it('with an error of its own, after which nothing has begun', async () => {
    const body = JSON.stringify({ error: { code: 'internal_error', message: 'made up', log_id: logId } });
    expect(await failureOf('pull', answering(500, body))).toMatchObject({ kind: 'TikTokTransient', tiktok: { code: 'internal_error', logId } });
  });

  it('not at all because nobody listens, after which nothing has begun', async () => {
    const { client, server, stop } = await publishingRig(answering(200, '{}'));
    await server.stop();
    stopping.push(stop);
    expect((await client.start(token, pull))._unsafeUnwrapErr()).toEqual({ kind: 'TikTokTransient', tiktok: null, reason: 'the connection was refused' });
  });

  it('with our own addresses, which do not show', async () => {
    const said = JSON.stringify({ error: { code: 'url_ownership_unverified', message: `${pullUrl} is not yours`, log_id: logId } });
    const failure = await failureOf('pull', answering(403, said));
    expect(failure).toMatchObject({ kind: 'TikTokRefused', tiktok: { message: '[secret] is not yours' } });
  });
});

describe('TikTok answers who the creator is', () => {
  it.each([
    ['no longest duration', '{"privacy_level_options":["SELF_ONLY"]}', 'data.max_video_post_duration_sec'],
    ['a duration of 0', '{"max_video_post_duration_sec":0}', 'data.max_video_post_duration_sec'],
    ['a duration in text', '{"max_video_post_duration_sec":"300"}', 'data.max_video_post_duration_sec'],
    ['a duration too large for a number', '{"max_video_post_duration_sec":76000000000000000001}', 'data.max_video_post_duration_sec'],
    ['privacy levels in text', '{"max_video_post_duration_sec":300,"privacy_level_options":"SELF_ONLY"}', 'data.privacy_level_options'],
    ['a flag in text', '{"max_video_post_duration_sec":300,"comment_disabled":"false"}', 'data.comment_disabled'],
    ['a nickname of a megabyte', `{"max_video_post_duration_sec":300,"creator_nickname":"${'a'.repeat(900_000)}"}`, 'data.creator_nickname'],
  ])('with %s', async (_, data, field) => {
    expect(await failureOf('creatorInfo', answering(200, well(data)))).toMatchObject({ kind: 'TikTokUnclear', reason: odd(field) });
  });
});

describe('numbers in JSON', () => {
  const read = (text: string): unknown => parseJsonObject(new TextEncoder().encode(text).buffer)._unsafeUnwrap()['ids'];

  it('keep every digit of a whole number', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (ids) => {
        const found = read(`{"ids":[${ids.join(',')}]}`);
        expect(Array.isArray(found) ? found.map(String) : found).toEqual(ids.map(String));
      }),
      { numRuns: 300 },
    );
  });

  it('are found nowhere but where they stand', () => {
    fc.assert(
      fc.property(fc.json(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }), (inner, id) => {
        const text = `{"ids":[${JSON.stringify(`"id":${id}`)},${id}],"inner":${inner}}`;
        const plain: unknown = JSON.parse(inner);
        const whole = parseJsonObject(new TextEncoder().encode(text).buffer);
        if (whole.isErr()) return;
        expect(whole.value['ids']).toEqual([`"id":${id}`, id]);
        if (!/\d{16}/.test(inner)) expect(whole.value['inner']).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  it('of any length and depth do no harm', () => {
    expect(read(`{"ids":${'9'.repeat(500_000)}}`)).toBe(Infinity);
    const deep = parseJsonObject(new TextEncoder().encode(`{"id":7678907398077074696,"ids":${'['.repeat(200_000)}${']'.repeat(200_000)}}`).buffer);
    expect(deep.isErr() || deep.isOk()).toBe(true);
  });
});
