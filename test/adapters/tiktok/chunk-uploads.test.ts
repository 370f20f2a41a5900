import { describe, expect, it } from 'vitest';
import type { UploadPace } from '../../../src/adapters/tiktok/chunk-uploads.ts';
import type { ChunkFailure } from '../../../src/application/ports/tiktok-publishing.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { until } from '../../support/until.ts';
import { expectNoCredential } from './spoilt-answers.ts';
import { digestOf, failureOf, madeUpFile, never, oneChunk, path, serverOf, uploadsTo, uploadToken } from './upload-rig.ts';
import { answeringWith, type UploadScript } from './upload-server.ts';

/** How a chunk of a megabyte fares with a server that does what `script` says. */
const outcomeWith = async (script: UploadScript, bytes = 1_000_000): Promise<ChunkFailure | null> => {
  const server = await serverOf(script);
  const failure = failureOf(await uploadsTo(server).putChunk(secret(server.origin + path), oneChunk(bytes), madeUpFile(bytes).read, never));
  expectNoCredential(failure, [uploadToken, server.origin]);
  return failure;
};

describe('a chunk', () => {
  it('goes out with its exact length, range and type, and nothing of ours', async () => {
    const server = await serverOf();
    const uploads = uploadsTo(server);
    const plan = { totalBytes: 1_000_123, chunkBytes: 300_000, count: 3 };
    const sizes = [300_000, 300_000, 400_123];
    const digests: string[] = [];
    for (const [index, bytes] of sizes.entries()) {
      const { read } = madeUpFile(bytes);
      digests.push(await digestOf(read()));
      const sent = await uploads.putChunk(secret(server.origin + path), { plan, index, contentType: 'video/quicktime' }, read, never);
      expect(sent.isOk()).toBe(true);
    }
    expect(server.received.map(({ sha256 }) => sha256)).toEqual(digests);
    expect(server.received.map(({ headers }) => [headers['content-length'], headers['content-range']])).toEqual([
      ['300000', 'bytes 0-299999/1000123'],
      ['300000', 'bytes 300000-599999/1000123'],
      ['400123', 'bytes 600000-1000122/1000123'],
    ]);
    for (const { method, target, headers } of server.received) {
      expect([method, target]).toEqual(['PUT', path]);
      expect(Object.keys(headers).sort()).toEqual(['accept-encoding', 'connection', 'content-length', 'content-range', 'content-type', 'host']);
      expect(headers['content-type']).toBe('video/quicktime');
    }
  });

  it('is read from disk no faster than TikTok takes it', async () => {
    const server = await serverOf((request) => void request.pause());
    const bytes = 60_000_000;
    const { file, read } = madeUpFile(bytes);
    const stop = new AbortController();
    const sending = uploadsTo(server).putChunk(secret(server.origin + path), oneChunk(bytes), read, stop.signal);
    let before = -1;
    await until(
      () => Promise.resolve(file.taken),
      (taken) => {
        const isStill = taken > 0 && taken === before;
        before = taken;
        return isStill;
      },
    );
    expect(file.taken).toBeLessThan(16_000_000);
    stop.abort();
    expect(failureOf(await sending)).toEqual({ kind: 'ChunkUnanswered', reason: 'the upload was stopped' });
    await expect.poll(() => file.closed).toBe(1);
  });

  it('that is stopped before it begins sends nothing', async () => {
    const server = await serverOf();
    const sent = await uploadsTo(server).putChunk(secret(server.origin + path), oneChunk(1_000), madeUpFile(1_000).read, AbortSignal.abort());
    expect(failureOf(sent)).toEqual({ kind: 'ChunkUnanswered', reason: 'the upload was stopped' });
    expect(server.received).toEqual([]);
  });

  it('may take longer the more bytes it has, and no longer', async () => {
    const slowly: UploadScript = (request, response) => {
      request.resume().on('end', () => setTimeout(() => response.writeHead(201).end(), 300));
    };
    const server = await serverOf(slowly);
    const send = (pace: UploadPace) => uploadsTo(server, pace).putChunk(secret(server.origin + path), oneChunk(100_000), madeUpFile(100_000).read, never);
    expect(failureOf(await send({ atLeastMillis: 50, bytesPerSecond: 10_000 }))).toBeNull();
    expect(failureOf(await send({ atLeastMillis: 50, bytesPerSecond: 10_000_000 }))).toEqual({
      kind: 'ChunkUnanswered',
      reason: 'no complete answer in time',
    });
  });

  it('is not sent to an address that is not public', async () => {
    const server = await serverOf();
    const sent = await uploadsTo(server, undefined, []).putChunk(secret(server.origin + path), oneChunk(1_000), madeUpFile(1_000).read, never);
    expect(failureOf(sent)).toEqual({ kind: 'ChunkRefused', status: null });
    expect(server.connections).toBe(0);
  });
});

const closed = (status: number): ChunkFailure => ({ kind: 'UploadClosed', status });
const refused = (status: number): ChunkFailure => ({ kind: 'ChunkRefused', status });
const unanswered = (reason: string): ChunkFailure => ({ kind: 'ChunkUnanswered', reason });
const outOfStep: ChunkFailure = { kind: 'ChunkOutOfStep' };

describe('TikTok answers the last chunk', () => {
  it.each<[string, UploadScript, ChunkFailure | null]>([
    ['201', answeringWith(201), null],
    ['201 with an endless body', (request, response) => {
      request.resume().on('end', () => {
        response.writeHead(201);
        const more = (): void => {
          while (!response.destroyed && response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      });
    }, null],
    ['201 and then nothing more', (request, response) => {
      request.resume().on('end', () => {
        response.writeHead(201, { 'content-length': '10' });
        response.flushHeaders();
      });
    }, null],
    ['206 without a range', answeringWith(206), null],
    ['206 with all in its range', answeringWith(206, { 'content-range': 'bytes 0-1000000/1000000' }), null],
    ['206 with its last byte in its range', answeringWith(206, { 'content-range': 'bytes 0-999999/1000000' }), null],
    ['206 with too little in its range', answeringWith(206, { 'content-range': 'bytes 0-500000/1000000' }), outOfStep],
    ['206 with a range that is none', answeringWith(206, { 'content-range': 'everything' }), outOfStep],
    ['400', answeringWith(400), refused(400)],
    ['401', answeringWith(401), refused(401)],
    ['403', answeringWith(403), closed(403)],
    ['404 with a page', answeringWith(404, { 'content-type': 'text/html' }, '<html>'), closed(404)],
    ['408', answeringWith(408), unanswered('TikTok answered with status 408')],
    ['411', answeringWith(411), refused(411)],
    ['413', answeringWith(413), refused(413)],
    ['416', answeringWith(416), outOfStep],
    ['429', answeringWith(429), unanswered('TikTok answered with status 429')],
    ['200, which is not documented', answeringWith(200), unanswered('TikTok answered with status 200')],
    ['204, which is not documented', answeringWith(204), unanswered('TikTok answered with status 204')],
    ['500', answeringWith(500), unanswered('TikTok answered with status 500')],
    ['503', answeringWith(503), unanswered('TikTok answered with status 503')],
    ['a redirect', answeringWith(307, { location: 'http://169.254.169.254/' }), unanswered('the answer was a redirect')],
    ['compressed', answeringWith(201, { 'content-encoding': 'gzip' }), unanswered('the answer was compressed')],
    ['with a cut before it', (request) => void request.resume().on('end', () => request.socket.destroy()), unanswered('the connection was cut')],
    ['with a cut in its middle', (request, response) => {
      request.resume().on('end', () => {
        response.socket?.end('HTTP/1.1 20', () => request.socket.destroy());
      });
    }, unanswered('the connection was cut')],
    ['with a cut at once', (request) => void request.socket.destroy(), unanswered('the connection was cut')],
    ['with endless headers', (request) => {
      request.resume().on('end', () => request.socket.end(`HTTP/1.1 201 OK\r\n${'X-Filler: aaaaaaaaaaaa\r\n'.repeat(3_000)}\r\n`));
    }, unanswered('the headers of the answer were too large')],
    ['in something that is not HTTP', (request) => {
      request.resume().on('end', () => request.socket.end('220 mail.example ESMTP\r\n'));
    }, unanswered('the answer was not HTTP, or the connection broke')],
  ])('%s', async (_, script, expected) => {
    expect(await outcomeWith(script)).toEqual(expected);
  });

  it('before it has the chunk: a success is none, a refusal is one', async () => {
    const early = (status: number): UploadScript => (_request, response) => void response.writeHead(status).end();
    expect(await outcomeWith(early(201), 50_000_000)).toMatchObject({ kind: 'ChunkUnanswered' });
    const told = await outcomeWith(early(403), 50_000_000);
    // What was still on its way may cut the connection before the refusal is read.
    expect([closed(403), unanswered('the connection was cut')]).toContainEqual(told);
  });
});

describe('TikTok answers a chunk in the middle', () => {
  const middle = async (script: UploadScript): Promise<ChunkFailure | null> => {
    const server = await serverOf(script);
    const chunk = { plan: { totalBytes: 1_000_000, chunkBytes: 300_000, count: 3 }, index: 1, contentType: 'video/mp4' };
    return failureOf(await uploadsTo(server).putChunk(secret(server.origin + path), chunk, madeUpFile(300_000).read, never));
  };

  it.each<[number, ChunkFailure | null]>([
    [206, null],
    [201, outOfStep],
    [416, outOfStep],
    [403, closed(403)],
  ])('%s', async (status, expected) => {
    expect(await middle(answeringWith(status))).toEqual(expected);
  });
});
