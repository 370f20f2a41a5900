import { createHash, randomUUID } from 'node:crypto';
import { errAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestHttp, problemIn } from '../../support/http-app.ts';
import { asUser, createMediaWorld, type MediaWorld } from './media-world.ts';

const expiry = z.object({ expires_at: z.iso.datetime() });
const documented = z.object({
  paths: z.object({ '/v1/media': z.object({ post: z.object({ description: z.string(), requestBody: z.object({ content: z.record(z.string(), z.unknown()) }) }) }) }),
});

describe('uploads', () => {
  let world: MediaWorld;

  const get = (id: string, headers = world.service) => world.http.call({ url: `/v1/media/${id}`, headers });
  const remove = (id: string, headers = world.service) => world.http.call({ method: 'DELETE', url: `/v1/media/${id}`, headers });

  beforeAll(async () => {
    world = await createMediaWorld();
  });

  afterAll(() => world.close());

  it('answer what was stored and what the video is', async () => {
    const { video } = world;
    const answer = await world.upload(video);
    expect(answer.statusCode).toBe(201);
    const id = await world.uploaded(video);
    const { expires_at: expiresAt } = expiry.parse((await get(id)).json());
    expect((await get(id.toUpperCase())).json()).toEqual({
      id,
      bytes: video.byteLength,
      content_type: 'video/mp4',
      sha256: createHash('sha256').update(video).digest('hex'),
      video: { duration_ms: 3_000, width: 720, height: 1280, frame_rate: 30, codec: 'h264' },
      expires_at: expiresAt,
    });
  });

  it('of a picture, and of what no reader understands, have no video', async () => {
    const picture = await world.upload(Buffer.from('not looked into'), { ...world.service, 'content-type': 'image/jpeg' });
    expect(picture.json()).toMatchObject({ content_type: 'image/jpeg', video: null });
    expect((await world.upload(Buffer.from('no video'), { ...world.service, 'content-type': 'Video/WebM; codecs=vp9' })).json()).toMatchObject({ content_type: 'video/webm', video: null });
  });

  it('are refused without a length, by name', async () => {
    const headers = { ...world.service, 'content-type': 'video/mp4', 'transfer-encoding': 'chunked' };
    const answer = await world.http.call({ method: 'POST', url: '/v1/media', headers });
    expect(problemIn(answer)).toMatchObject({ status: 400, code: 'invalid_request', errors: [{ path: 'Content-Length' }] });
    expect(problemIn(await world.upload(Buffer.alloc(0)))).toMatchObject({ status: 400, errors: [{ path: 'Content-Length' }] });
  });

  it.each(['application/json', 'video/x-matroska', 'image/png', 'text/plain', 'multipart/form-data; boundary=a', ''])('are refused as "%s"', async (type) => {
    const before = await world.files();
    expect(problemIn(await world.upload(world.video, { ...world.service, 'content-type': type }))).toMatchObject({ status: 415, code: 'unsupported_media' });
    expect(await world.files()).toEqual(before);
  });

  it('are refused when they are encoded', async () => {
    expect((await world.upload(world.video, { ...world.service, 'content-encoding': 'gzip' })).statusCode).toBe(415);
  });

  it('over the limit are refused with the limit', async () => {
    const answer = await world.upload(Buffer.alloc(2 ** 20 + 1));
    expect(problemIn(answer)).toMatchObject({ status: 413, code: 'too_large' });
    expect(problemIn(answer).detail).toContain('1048576');
  });

  it('need the scope publish', async () => {
    const headers = await world.keyWith('connections:write', 'audit:read');
    expect(problemIn(await world.upload(world.video, headers)).code).toBe('forbidden');
    expect((await world.upload(world.video, {})).statusCode).toBe(401);
    const id = await world.uploaded(world.video);
    expect([(await get(id, headers)).statusCode, (await remove(id, headers)).statusCode]).toEqual([403, 403]);
  });

  it("of one user are another's 404, and are there for services", async () => {
    const id = await world.uploaded(world.video, asUser('ada'));
    expect((await get(id, asUser('ada'))).statusCode).toBe(200);
    expect(problemIn(await get(id, asUser('bob'))).code).toBe('not_found');
    expect((await remove(id, asUser('bob'))).statusCode).toBe(404);
    expect((await get(id)).statusCode).toBe(200);
    expect((await remove(id, asUser('ada'))).statusCode).toBe(204);
    expect((await get(await world.uploaded(world.video), asUser('ada'))).statusCode).toBe(404);
  });

  it('by cookie need an allowed origin, and no JSON', async () => {
    const cookie = { cookie: '__session=ada' };
    expect(problemIn(await world.upload(world.video, cookie)).code).toBe('forbidden');
    expect(problemIn(await world.upload(world.video, { ...cookie, origin: 'https://evil.example' })).code).toBe('forbidden');
    expect((await world.upload(world.video, { ...cookie, origin: 'https://evil.example', 'content-type': 'text/plain' })).statusCode).toBe(403);
    expect((await world.upload(world.video, { ...cookie, origin: 'https://connect.example', 'content-type': 'text/plain' })).statusCode).toBe(415);
    const answer = await world.upload(world.video, { ...cookie, origin: 'https://connect.example' });
    expect(answer.statusCode).toBe(201);
  });

  it('say so when the disk is full', async () => {
    const full = await createTestHttp({ ...world.parts, media: { ...world.parts.media, store: () => errAsync({ kind: 'StorageFull' }) } });
    const answer = await world.upload(world.video, world.service, full);
    expect(problemIn(answer)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(problemIn(answer).detail).toContain('disk');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    await full.close();
  });

  it('are deleted once, and then gone', async () => {
    const id = await world.uploaded(world.video);
    expect((await remove(id)).statusCode).toBe(204);
    expect((await remove(id)).statusCode).toBe(404);
    expect((await get(id)).statusCode).toBe(404);
    expect((await get(randomUUID())).statusCode).toBe(404);
    expect(await world.files()).not.toContain(id);
  });

  it('are documented with their types and what a cookie needs', () => {
    const { post } = documented.parse(world.http.document).paths['/v1/media'];
    expect(Object.keys(post.requestBody.content)).toEqual(['video/mp4', 'video/quicktime', 'video/webm', 'image/jpeg', 'image/webp']);
    expect(post.description).toContain('cookie');
  });

  describe('with an Idempotency-Key', () => {
    const keyed = (key: string) => ({ ...world.service, 'idempotency-key': key });

    it('are one file for the same bytes, and refused for others', async () => {
      const first = await world.upload(world.video, keyed('upload-1'));
      const before = await world.files();
      expect((await world.upload(world.video, keyed('upload-1'))).json()).toEqual(first.json());
      expect(problemIn(await world.upload(Buffer.from('others'), keyed('upload-1')))).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
      expect(await world.files()).toEqual(before);
    });

    it('are not found once the first file is deleted', async () => {
      const id = await world.uploaded(world.video, keyed('upload-2'));
      expect((await remove(id, keyed('delete-2'))).statusCode).toBe(204);
      expect((await remove(id, keyed('delete-2'))).statusCode).toBe(204);
      expect((await world.upload(world.video, keyed('upload-2'))).statusCode).toBe(404);
    });

    it('must be well spelt', async () => {
      expect(problemIn(await world.upload(world.video, keyed('has spaces')))).toMatchObject({ status: 400 });
    });
  });

  it('of a user go when the user is erased', async () => {
    const [theirs, others] = [await world.uploaded(world.video, asUser('carla')), await world.uploaded(world.video, asUser('dora'))];
    const erased = await world.http.call({ method: 'POST', url: '/v1/users/carla/erase', headers: await world.keyWith('admin') });
    expect(erased.statusCode).toBe(202);
    expect((await get(theirs)).statusCode).toBe(404);
    expect((await get(others)).statusCode).toBe(200);
    expect(await world.files()).not.toContain(theirs);
  });
});
