import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { fetch, request, type Dispatcher } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuardedDispatcher, type GuardOptions } from '../../../src/adapters/outbound/guarded-dispatcher.ts';
import { answerOf, startScriptedServer, type Script, type ScriptedServer } from '../../support/scripted-server.ts';
import { selfSignedCertificate } from '../../support/self-signed-certificate.ts';

const stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

const serverOf = async (script: Script, tls?: { key: string; cert: string }): Promise<ScriptedServer> => {
  const server = await startScriptedServer(script, tls);
  stopping.push(() => server.stop());
  return server;
};

const guard = (options: GuardOptions): Dispatcher => {
  const dispatcher = createGuardedDispatcher(options);
  stopping.push(() => dispatcher.destroy());
  return dispatcher;
};

const hello: Script = (socket) => socket.write(answerOf(200, '"hello"'));

/** The body, or how the call failed. */
const outcomeOf = async (dispatcher: Dispatcher, url: string): Promise<string> => {
  try {
    const { body } = await request(url, { dispatcher });
    return await body.text();
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
};

describe('a call to an address that is not public', () => {
  it.each([
    ['plain', 'http://127.0.0.1'],
    ['by name', 'http://localhost'],
    ['as a number', 'http://2130706433'],
    ['in hex', 'http://0x7f.1'],
    ['IPv4-mapped', 'http://[::ffff:127.0.0.1]'],
    ['unspecified', 'http://0.0.0.0'],
    ['over TLS', 'https://127.0.0.1'],
  ])('is refused before it is connected to: %s', async (_, host) => {
    const server = await serverOf(hello);
    expect(await outcomeOf(guard({ exemptOrigins: [] }), `${host}:${server.port}/secret`)).toBe('OUTBOUND_NOT_PUBLIC');
    expect(server.connections).toBe(0);
  });

  it('is allowed for an exempt origin, and for no other origin of the same host', async () => {
    const [exempt, other] = [await serverOf(hello), await serverOf(hello)];
    const dispatcher = guard({ exemptOrigins: [`${exempt.origin}/some/path`] });
    expect(await outcomeOf(dispatcher, exempt.origin)).toBe('"hello"');
    expect(await outcomeOf(dispatcher, other.origin)).toBe('OUTBOUND_NOT_PUBLIC');
    expect(await outcomeOf(dispatcher, `http://localhost:${exempt.port}`)).toBe('OUTBOUND_NOT_PUBLIC');
    expect(await outcomeOf(dispatcher, `https://127.0.0.1:${exempt.port}`)).toBe('OUTBOUND_NOT_PUBLIC');
    expect(exempt.requests.length).toBe(1);
    expect(other.bytesReceived).toBe(0);
  });

  it('speaks TLS to an exempt origin, and checks its certificate', async () => {
    const pair = selfSignedCertificate('127.0.0.1');
    const server = await serverOf(hello, pair);
    const dispatcher = guard({ exemptOrigins: [server.origin] });
    expect(await outcomeOf(dispatcher, server.origin)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    setDefaultCACertificates([...getCACertificates(), pair.cert]);
    expect(await outcomeOf(dispatcher, server.origin)).toBe('"hello"');
  });
});

describe('an answer', () => {
  const outcomeAgainst = async (script: Script, limits: GuardOptions['limits'] = {}): Promise<string> => {
    const server = await serverOf(script);
    return outcomeOf(guard({ exemptOrigins: [server.origin], limits }), server.origin);
  };

  it.each([301, 302, 303, 307, 308])('that redirects with %i is refused and not followed', async (status) => {
    const inner = await serverOf(hello);
    expect(await outcomeAgainst((socket) => socket.write(answerOf(status, '', { Location: inner.origin })))).toBe('OUTBOUND_REDIRECT');
    expect(inner.connections).toBe(0);
  });

  it('that redirects a fetch is refused too', async () => {
    const inner = await serverOf(hello);
    const server = await serverOf((socket) => socket.write(answerOf(302, '', { Location: inner.origin })));
    const dispatcher = guard({ exemptOrigins: [server.origin, inner.origin] });
    await expect(fetch(server.origin, { dispatcher })).rejects.toMatchObject({ cause: { code: 'OUTBOUND_REDIRECT' } });
    expect(inner.connections).toBe(0);
  });

  it('may say that nothing was modified', async () => {
    const server = await serverOf((socket) => socket.write('HTTP/1.1 304 Not Modified\r\n\r\n'));
    const { statusCode } = await request(server.origin, { dispatcher: guard({ exemptOrigins: [server.origin] }) });
    expect(statusCode).toBe(304);
  });

  it('over the limit of its size is refused, whether it says its length or not', async () => {
    const limits = { bodyBytes: 1_000 };
    expect(await outcomeAgainst((socket) => socket.write(answerOf(200, 'x'.repeat(1_000))), limits)).toHaveLength(1_000);
    expect(await outcomeAgainst((socket) => socket.write(answerOf(200, 'x'.repeat(1_001))), limits)).toBe('UND_ERR_RES_EXCEEDED_MAX_SIZE');
    const endless: Script = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
      const more = (): boolean => !socket.destroyed && socket.write(`400\r\n${'x'.repeat(1024)}\r\n`);
      socket.on('drain', more);
      while (more());
    };
    expect(await outcomeAgainst(endless, limits)).toBe('UND_ERR_RES_EXCEEDED_MAX_SIZE');
  });

  it('that never begins is given up', async () => {
    expect(await outcomeAgainst(() => undefined, { headers: 50 })).toBe('UND_ERR_HEADERS_TIMEOUT');
  });

  it('that stops in its middle is given up', async () => {
    const half: Script = (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    expect(await outcomeAgainst(half, { bodyPause: 50 })).toBe('UND_ERR_BODY_TIMEOUT');
  });

  it.each(['headers', 'body'])('that drips its %s for longer than the whole call may take is given up', async (part) => {
    const drip: Script = (socket) => {
      socket.write(part === 'headers' ? 'HTTP/1.1 200 OK\r\nX-Slow: ' : 'HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
      const timer = setInterval(() => socket.write('x'), 10);
      socket.on('close', () => clearInterval(timer));
    };
    expect(await outcomeAgainst(drip, { total: 150, headers: 5_000, bodyPause: 5_000 })).toBe('OUTBOUND_TOO_SLOW');
  });

  it('that is compressed is refused, since none was asked for', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    expect(await outcomeAgainst((socket) => socket.write(answerOf(200, bomb, { 'Content-Encoding': 'gzip' })))).toBe('OUTBOUND_ENCODED');
  });

  it.each([
    ['nothing', undefined],
    ['an object', { 'Accept-Encoding': 'gzip', 'x-mine': '1' }],
    ['a flat list', ['Accept-Encoding', 'gzip', 'x-mine', '1']],
    ['pairs', new Map([['ACCEPT-ENCODING', 'gzip'], ['x-mine', '1']])],
  ])('is asked for without compression when headers come as %s', async (_, headers) => {
    const server = await serverOf(hello);
    await request(server.origin, { dispatcher: guard({ exemptOrigins: [server.origin] }), ...(headers === undefined ? {} : { headers }) });
    const sent = server.requests[0]?.headers ?? [];
    expect(sent.filter(([name]) => name === 'accept-encoding')).toEqual([['accept-encoding', 'identity']]);
    expect(sent.some(([name]) => name === 'x-mine')).toBe(headers !== undefined);
  });
});

describe('many calls at once', () => {
  it('share a limited number of connections', async () => {
    const server = await serverOf((socket) => setTimeout(() => socket.write(answerOf(200, '"hello"')), 5));
    const dispatcher = guard({ exemptOrigins: [server.origin], limits: { connectionsPerOrigin: 2 } });
    const answers = await Promise.all(Array.from({ length: 12 }, () => outcomeOf(dispatcher, server.origin)));
    expect(answers).toEqual(Array.from({ length: 12 }, () => '"hello"'));
    expect(server.mostConnections).toBe(2);
  });

  it('give up while they wait for a connection, and are then never sent', async () => {
    const server = await serverOf((socket, { target }) => {
      if (target === '/c') socket.write(answerOf(200, '"hello"'));
    });
    const dispatcher = guard({ exemptOrigins: [server.origin], limits: { connectionsPerOrigin: 1, total: 200 } });
    const outcomes = await Promise.all(['/a', '/b'].map((path) => outcomeOf(dispatcher, `${server.origin}${path}`)));
    expect(outcomes).toEqual(['OUTBOUND_TOO_SLOW', 'OUTBOUND_TOO_SLOW']);
    expect(await outcomeOf(dispatcher, `${server.origin}/c`)).toBe('"hello"');
    expect(server.requests.map(({ target }) => target)).toEqual(['/a', '/c']);
  });
});
