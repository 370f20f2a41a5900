import { once } from 'node:events';
import { createServer, request as httpRequest, type ClientRequest, type IncomingMessage, type Server } from 'node:http';
import { Socket } from 'node:net';
import { okAsync, ResultAsync } from 'neverthrow';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHttpApp } from '../../../src/adapters/http/http-app.ts';
import type { HttpDeps } from '../../../src/adapters/http/http-deps.ts';
import { clientErrorHandler } from '../../../src/adapters/http/problems/client-errors.ts';
import type { Media, MediaLibrary } from '../../../src/application/ports/media-library.ts';
import { mediaId } from '../../../src/domain/values/ids.ts';
import { instant } from '../../../src/domain/values/instant.ts';
import { until } from '../../support/until.ts';
import { createMediaWorld, type MediaWorld } from './media-world.ts';

const mebibyte = 2 ** 20;

const portOf = (server: Server): number => z.object({ port: z.number() }).parse(server.address()).port;

const answered = async (request: ClientRequest): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
  request.once('response', resolve);
  const { statusCode = 0 } = (await promise).resume();
  return statusCode;
};

describe('uploads over a socket', () => {
  let world: MediaWorld;
  const ends: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    world = await createMediaWorld();
  });

  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
  });

  afterAll(() => world.close());

  const start = async (changed: Partial<Omit<HttpDeps, 'logger'>> = {}) => {
    const app = await createHttpApp({ ...world.parts, ...changed, logger: { level: 'silent' } });
    const sockets: Socket[] = [];
    app.server.on('connection', (socket) => sockets.push(socket));
    await app.listen({ host: '127.0.0.1', port: 0 });
    ends.push(() => app.close());
    return { port: portOf(app.server), sockets };
  };

  const send = (port: number, length: number): ClientRequest =>
    httpRequest({ host: '127.0.0.1', port, method: 'POST', path: '/v1/media', headers: { ...world.service, 'content-type': 'image/jpeg', 'content-length': length } });

  const made: Media = { id: mediaId('0b6e1c9e-6f0a-4c55-9a0e-0d4a1f0e7a10'), owner: null, bytes: 1, contentType: 'image/jpeg', sha256: '0'.repeat(64), video: null, expiresAt: instant(0) };

  it('wait on the socket while the disk is slow', async () => {
    const opened = Promise.withResolvers<undefined>();
    let received = 0;
    const store: MediaLibrary['store'] = (_, body) => {
      const take = async (): Promise<Media> => {
        for await (const piece of body) {
          received += piece.byteLength;
          await opened.promise;
        }
        return made;
      };
      return new ResultAsync(take().then((media) => okAsync(media)));
    };
    const { port, sockets } = await start({ media: { ...world.parts.media, store } });
    const length = 32 * mebibyte;
    const request = send(port, length);
    const status = answered(request);
    request.end(Buffer.alloc(length));
    let seen = -1;
    let still = 0;
    // So long without a byte more that it is not the sender who is slow.
    await until(
      () => {
        const read = sockets[0]?.bytesRead ?? 0;
        still = read === seen && read > 0 ? still + 1 : 0;
        seen = read;
        return Promise.resolve(still);
      },
      (unmoved) => unmoved >= 10,
    );
    expect(seen).toBeLessThan(mebibyte);
    opened.resolve(undefined);
    expect(await status).toBe(201);
    expect(received).toBe(length);
  });

  it('leave nothing behind when the sender breaks off', async () => {
    const { port } = await start();
    const before = await world.files();
    const request = send(port, mebibyte);
    request.on('error', () => undefined);
    request.write(Buffer.alloc(300_000));
    await until(() => world.files(), (files) => files.length > before.length);
    request.destroy();
    await until(() => world.files(), (files) => files.length === before.length);
    expect(await world.files()).toEqual(before);
  });

  it('over the limit are answered before the body has come', async () => {
    const { port } = await start();
    const request = send(port, 100 * mebibyte);
    request.on('error', () => undefined);
    request.flushHeaders();
    expect(await answered(request)).toBe(413);
    request.destroy();
  });

  it('are answered when the disk fills in the middle, and the rest of them is let go', async () => {
    const store: MediaLibrary['store'] = (_, body) => {
      const take = async () => {
        for await (const piece of body) if (piece.byteLength > 0) break;
      };
      return ResultAsync.fromPromise(take().then(() => Promise.reject(new Error('full'))), () => ({ kind: 'StorageFull' }) as const);
    };
    const { port } = await start({ media: { ...world.parts.media, store } });
    const request = send(port, 20 * mebibyte);
    const status = answered(request);
    const finished = once(request, 'finish');
    request.end(Buffer.alloc(20 * mebibyte));
    expect(await status).toBe(503);
    await finished;
  });

  it('may take longer than any other request', async () => {
    const uploads = new WeakSet<Socket>();
    const late: string[] = [];
    const handler = clientErrorHandler('https://connect.example', (socket) => uploads.has(socket));
    const server = createServer({ requestTimeout: 50, headersTimeout: 50, connectionsCheckingInterval: 10 }, (request, response) => {
      if (request.url === '/v1/media') uploads.add(request.socket);
      request.resume().on('end', () => response.end('whole'));
    });
    server.on('clientError', (error, socket) => {
      late.push('code' in error ? String(error.code) : '');
      if (socket instanceof Socket) handler(error, socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(async () => {
      server.close();
      await once(server, 'close');
    });
    const post = (path: string) => httpRequest({ host: '127.0.0.1', port: portOf(server), method: 'POST', path, headers: { 'content-length': 2 }, agent: false });

    const upload = post('/v1/media');
    const uploaded = answered(upload);
    upload.write('a');
    await until(() => Promise.resolve(late.length), (count) => count === 1);
    upload.end('b');
    expect(await uploaded).toBe(200);

    const other = post('/v1/other');
    other.write('a');
    expect(await answered(other)).toBe(400);
    other.destroy();
  });
});
