import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedDispatcher, type OutboundLimits } from '../../../src/adapters/outbound/guarded-dispatcher.ts';
import { createSourceFetcher } from '../../../src/adapters/outbound/source-fetcher.ts';
import type { FetchedSource, SourceFetcher, SourceUnfetchable } from '../../../src/application/ports/source-fetcher.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { answerOf, startScriptedServer, type Script, type ScriptedServer } from '../../support/scripted-server.ts';

const signature = 'made-up-signature';
const never = new AbortController().signal;

const stopping: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

type Rig = Readonly<{ server: ScriptedServer; fetcher: SourceFetcher; url: string }>;

/** A fetcher that may fetch from the one server of the test. */
const rigOf = async (script: Script, limits: Partial<OutboundLimits> = {}, unreadMillis?: number): Promise<Rig> => {
  const server = await startScriptedServer(script);
  const dispatcher = createGuardedDispatcher({ exemptOrigins: [server.origin], limits });
  stopping.push(
    () => dispatcher.destroy(),
    () => server.stop(),
  );
  const given = unreadMillis === undefined ? {} : { unreadMillis };
  const fetcher = createSourceFetcher({ dispatcher, mostBytes: 1_000_000, exemptOrigins: [server.origin], ...given });
  return { server, fetcher, url: `${server.origin}/spring.mp4?signature=${signature}` };
};

const read = async (source: FetchedSource): Promise<Buffer> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of source.body) pieces.push(piece);
  return Buffer.concat(pieces);
};

/** How the reading of a body ends, where it ends badly. */
const breakOf = (source: FetchedSource): Promise<string> =>
  read(source).then(
    () => 'complete',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

const failureOf = async (script: Script, limits: Partial<OutboundLimits> = {}): Promise<SourceUnfetchable | null> => {
  const { fetcher, url } = await rigOf(script, limits);
  const fetched = await fetcher.fetch(secret(url), never);
  const failure = fetched.match(
    () => null,
    (found) => found,
  );
  expect(JSON.stringify(failure)).not.toContain(signature);
  return failure;
};

const video = (bytes: number): Buffer => Buffer.alloc(bytes, 'frame');
const answering =
  (status: number, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Script =>
  (socket) =>
    void socket.write(answerOf(status, body, headers));

describe('a file behind an address', () => {
  it('comes as it is, without compression, and asks for nothing else', async () => {
    const { server, fetcher, url } = await rigOf(answering(200, video(300_000), { 'Content-Type': 'Video/MP4; codecs="avc1"' }));
    const source = (await fetcher.fetch(secret(url), never))._unsafeUnwrap();
    expect(source).toMatchObject({ contentType: 'video/mp4', bytes: 300_000 });
    expect(await read(source)).toEqual(video(300_000));
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'GET', target: `/spring.mp4?signature=${signature}` });
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      host: server.origin.slice('http://'.length),
      connection: 'keep-alive',
      accept: '*/*',
      'accept-encoding': 'identity',
    });
  });

  it('may come without its length or its type', async () => {
    const script: Script = (socket) => void socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nframe\r\n0\r\n\r\n');
    const { fetcher, url } = await rigOf(script);
    const source = (await fetcher.fetch(secret(url), never))._unsafeUnwrap();
    expect(source).toMatchObject({ contentType: 'application/octet-stream', bytes: null });
    expect((await read(source)).toString()).toBe('frame');
  });

  it.each([
    ['<script>', 'application/octet-stream'],
    ['video/mp4, text/html', 'application/octet-stream'],
    ['', 'application/octet-stream'],
    ['video/webm', 'video/webm'],
  ])('has the type %j as %s', async (given, contentType) => {
    const { fetcher, url } = await rigOf(answering(200, 'frame', { 'Content-Type': given }));
    expect((await fetcher.fetch(secret(url), never))._unsafeUnwrap().contentType).toBe(contentType);
  });

  it('is waited for by whoever reads it slowly', async () => {
    let written = 0;
    const script: Script = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const more = (): void => {
        while (!socket.destroyed) {
          written += 65_536;
          if (!socket.write(`10000\r\n${'a'.repeat(65_536)}\r\n`)) return;
        }
      };
      socket.on('drain', more);
      more();
    };
    const { fetcher, url } = await rigOf(script, { bodyBytes: 1_000_000_000 });
    const source = (await fetcher.fetch(secret(url), never))._unsafeUnwrap();
    const pieces = source.body[Symbol.asyncIterator]();
    await pieces.next();
    let before = -1;
    await expect
      .poll(() => {
        const isStill = written === before;
        before = written;
        return isStill;
      })
      .toBe(true);
    expect(written).toBeLessThan(32_000_000);
    await pieces.return?.();
  });

  it('is let go when nobody begins to read it', async () => {
    let isClosed = false;
    const script: Script = (socket) => {
      socket.on('close', () => (isClosed = true));
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n${'a'.repeat(1_000)}`);
    };
    const { fetcher, url } = await rigOf(script, {}, 50);
    expect((await fetcher.fetch(secret(url), never)).isOk()).toBe(true);
    await expect.poll(() => isClosed).toBe(true);
  });

  it('is let go when its reader stops', async () => {
    let isClosed = false;
    const script: Script = (socket) => {
      socket.on('close', () => (isClosed = true));
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n${'a'.repeat(1_000)}`);
    };
    const { fetcher, url } = await rigOf(script);
    const source = (await fetcher.fetch(secret(url), never))._unsafeUnwrap();
    const pieces = source.body[Symbol.asyncIterator]();
    expect((await pieces.next()).done).toBe(false);
    await pieces.return?.();
    await expect.poll(() => isClosed).toBe(true);
  });

  it('is let go when it is stopped, before its answer and after', async () => {
    const before = new AbortController();
    const silent = await rigOf(() => before.abort());
    expect((await silent.fetcher.fetch(secret(silent.url), before.signal))._unsafeUnwrapErr()).toMatchObject({ retry: true });

    const after = new AbortController();
    const slow = await rigOf((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\nframe'));
    const source = (await slow.fetcher.fetch(secret(slow.url), after.signal))._unsafeUnwrap();
    after.abort();
    expect(await breakOf(source)).toBe('the source broke off: source_unreachable');
  });
});

const unreachable = (retry: boolean): SourceUnfetchable => ({ kind: 'SourceUnfetchable', reason: 'source_unreachable', retry });
const lasting = (reason: string): SourceUnfetchable => ({ kind: 'SourceUnfetchable', reason, retry: false });

describe('a file can not be fetched', () => {
  it.each<[string, Script, SourceUnfetchable]>([
    ['that is not there', answering(404, 'gone'), unreachable(false)],
    ['that is forbidden', answering(403, 'no'), unreachable(false)],
    ['of which only a part comes', answering(206, 'part'), unreachable(false)],
    ['that is empty by its status', answering(204, ''), unreachable(false)],
    ['from a busy server', answering(429, 'later'), unreachable(true)],
    ['from a broken server', answering(502, '<html>'), unreachable(true)],
    ['that lies elsewhere', answering(302, '', { Location: 'http://169.254.169.254/' }), lasting('source_redirected')],
    ['that lies elsewhere for good', answering(308, '', { Location: 'https://media.example.com/' }), lasting('source_redirected')],
    ['that is compressed', answering(200, 'x', { 'Content-Encoding': 'gzip' }), lasting('source_compressed')],
    ['that says it is too large', (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\nframe'), lasting('video_size')],
    ['that says it is too large for a number', (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\nframe'), lasting('video_size')],
    ['from a server that cuts', (socket) => void socket.destroy(), unreachable(true)],
    ['from a server that speaks no HTTP', (socket) => void socket.end('220 mail.example ESMTP\r\n'), unreachable(true)],
    ['with endless headers', (socket) => void socket.end(`HTTP/1.1 200 OK\r\n${'X-Filler: aaaaaaaaaaaa\r\n'.repeat(3_000)}\r\n`), unreachable(true)],
    ['with two lengths', (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nframe'), unreachable(true)],
  ])('%s', async (_, script, expected) => {
    expect(await failureOf(script)).toEqual(expected);
  });

  it('from a server that says nothing', async () => {
    expect(await failureOf(() => undefined, { headers: 100, total: 200 })).toEqual(unreachable(true));
  });

  it('from a server that is not there', async () => {
    const { server, fetcher, url } = await rigOf(() => undefined);
    await server.stop();
    expect((await fetcher.fetch(secret(url), never))._unsafeUnwrapErr()).toEqual(unreachable(true));
  });
});

describe('a file breaks off', () => {
  const broken = async (script: Script, limits: Partial<OutboundLimits>): Promise<string> => {
    const { fetcher, url } = await rigOf(script, limits);
    return breakOf((await fetcher.fetch(secret(url), never))._unsafeUnwrap());
  };
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

  it('when it has no end', async () => {
    const endless: Script = (socket) => {
      socket.write(head);
      const more = (): void => {
        while (!socket.destroyed && socket.write(`10000\r\n${'a'.repeat(65_536)}\r\n`));
      };
      socket.on('drain', more);
      more();
    };
    expect(await broken(endless, { bodyBytes: 1_000_000 })).toBe('the source broke off: video_size');
  });

  it.each<[string, Script, Partial<OutboundLimits>]>([
    ['when it pauses too long', (socket) => void socket.write(`${head}5\r\nframe\r\n`), { bodyPause: 100 }],
    ['when it drips', (socket) => {
      socket.write(head);
      const timer = setInterval(() => socket.write('1\r\nx\r\n'), 10);
      socket.on('close', () => clearInterval(timer));
    }, { total: 300 }],
    ['when it is cut', (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nframe', () => setTimeout(() => socket.destroy(), 50)), {}],
    ['when it ends too early', (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nframe', () => setTimeout(() => socket.end(), 50)), {}],
    ['when its chunks are none', (socket) => void socket.write(`${head}5\r\nframe\r\nzz\r\n`), {}],
  ])('%s', async (_, script, limits) => {
    expect(await broken(script, limits)).toBe('the source broke off: source_unreachable');
  });
});
