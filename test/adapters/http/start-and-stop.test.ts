import { once } from 'node:events';
import { request as httpRequest, Agent } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDraining } from '../../../src/adapters/http/draining.ts';
import { createHttpApp } from '../../../src/adapters/http/http-app.ts';
import type { HttpDeps } from '../../../src/adapters/http/http-deps.ts';
import { clientErrorHandler } from '../../../src/adapters/http/problems/client-errors.ts';
import { startHttp, type RunningHttp } from '../../../src/adapters/http/start.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { createVirtualClock } from '../../application/tokens/virtual-clock.ts';
import { absentPool } from '../../support/projection-database.ts';

const noTikTok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };
const { parts } = createHttpParts({ pool: absentPool(), eventStore: createInMemoryEventStore(), tiktok: noTikTok });

const running: RunningHttp[] = [];

const start = async (changed: Partial<Omit<HttpDeps, 'logger'>> = {}): Promise<RunningHttp & Readonly<{ port: number }>> => {
  const app = await createHttpApp({ ...parts, ...changed, logger: { level: 'silent' } });
  const http = await startHttp(app, { host: '127.0.0.1', port: 0 }, changed.draining ?? createDraining(systemClock));
  running.push(http);
  return { ...http, port: Number(new URL(http.address).port) };
};

/** Sends bytes and answers everything that comes back until the connection ends. */
const exchange = async (port: number, text: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  const pieces: string[] = [];
  socket.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
  socket.write(text);
  await once(socket, 'close');
  return pieces.join('');
};

const opened = async (port: number): Promise<Socket> => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((http) => http.stop(0)));
});

describe('stopping', () => {
  it('lets a request in flight end and takes no new one', async () => {
    const asked = Promise.withResolvers<undefined>();
    const answered = Promise.withResolvers<undefined>();
    const http = await start({
      readiness: async () => {
        asked.resolve(undefined);
        await answered.promise;
        return { status: 'ok', parts: {} };
      },
    });
    const agent = new Agent({ keepAlive: true });
    const inFlight = new Promise<number>((resolve, reject) => {
      httpRequest(`${http.address}/readyz`, { agent }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      })
        .on('error', reject)
        .end();
    });
    await asked.promise;
    const stopped = http.stop(20_000);
    await vi.waitUntil(() =>
      fetch(`${http.address}/livez`).then(
        () => false,
        () => true,
      ),
    );
    answered.resolve(undefined);
    expect(await inFlight).toBe(200);
    const begun = performance.now();
    await stopped;
    expect(performance.now() - begun).toBeLessThan(2_000);
    agent.destroy();
  });

  it('closes idle connections at once and stuck ones at the limit', async () => {
    const http = await start();
    const idle = await opened(http.port);
    const idleEnd = once(idle, 'close');
    await http.stop(10_000);
    await idleEnd;

    const other = await start({ readiness: () => Promise.withResolvers<never>().promise });
    const stuck = await opened(other.port);
    stuck.on('error', () => undefined).write('GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n');
    const half = await opened(other.port);
    half.on('error', () => undefined).write('GET /livez HTTP/1.1\r\nHo');
    const ends = Promise.all([once(stuck, 'close'), once(half, 'close')]);
    await other.stop(200);
    await ends;
  });
});

describe('a stop where somebody looks regularly whether it is ready', () => {
  it('is told to them first, while requests are still answered and connections given up', async () => {
    const clock = createVirtualClock();
    const draining = createDraining(clock);
    const http = await start({ draining });
    const look = async () => (await fetch(`${http.address}/readyz`)).status;
    expect([await look(), await look()]).toEqual([200, 200]);
    const stopped = http.stop(10_000);
    expect(await look()).toBe(503);
    const late = await fetch(`${http.address}/livez`);
    expect([late.status, late.headers.get('connection')]).toEqual([200, 'close']);
    clock.pass(5_000);
    await stopped;
    await expect(fetch(`${http.address}/livez`)).rejects.toThrow();
  });

  it('waits for nobody who looked once, or long ago', async () => {
    const clock = createVirtualClock();
    const draining = createDraining(clock);
    draining.foundReady();
    clock.pass(20_000);
    draining.foundReady();
    expect(await draining.begin()).toBe(0);
    expect(draining.begun).toBe(true);
  });
});

describe('what is no request', () => {
  const lastLine = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));

  it('is answered with a problem', async () => {
    const http = await start();
    const answer = await exchange(http.port, 'NONSENSE\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('Content-Type: application/problem+json');
    expect(lastLine(answer)).toMatchObject({
      code: 'invalid_request',
      status: 400,
      errors: [{ path: 'request', message: 'must be well-formed HTTP' }],
    });
  });

  it('is told that its headers are too large', async () => {
    const http = await start();
    const answer = await exchange(http.port, `GET / HTTP/1.1\r\nHost: a\r\nCookie: ${'a'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(lastLine(answer)).toMatchObject({ code: 'too_large' });
  });

  it('is told that it took too long to arrive', async () => {
    const server = createServer((socket) =>
      clientErrorHandler('https://connect.example')(Object.assign(new Error(), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const answer = await exchange(typeof address === 'object' && address !== null ? address.port : 0, '');
    expect(lastLine(answer)).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: 'request', message: 'did not arrive whole in time; send it again' }],
    });
    server.close();
  });

  it('does not go on after a body that is shorter than it says', async () => {
    const http = await start();
    const answer = await exchange(http.port, 'POST /api/tiktok/unbind HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('starting', () => {
  it('fails when the address is taken', async () => {
    const http = await start();
    const app = await createHttpApp({ ...parts, logger: { level: 'silent' } });
    await expect(startHttp(app, { host: '127.0.0.1', port: http.port }, parts.draining)).rejects.toThrow('EADDRINUSE');
    await app.close();
  });
});
