import { request as httpRequest } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { ok, ResultAsync } from 'neverthrow';
import { createHttpApp } from '../../../../src/adapters/http/http-app.ts';
import type { HttpDeps } from '../../../../src/adapters/http/http-deps.ts';
import { createShedding } from '../../../../src/adapters/http/overload/shedding.ts';
import { startHttp, type RunningHttp } from '../../../../src/adapters/http/start.ts';
import { createVirtualClock } from '../../../application/tokens/virtual-clock.ts';
import { createHttpParts } from '../../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { assertDocumented } from '../../../support/openapi-check.ts';
import { absentPool } from '../../../support/projection-database.ts';

const limits = { questions: 3, waitMillis: 500, questionsBesideUploads: 2, uploads: 1, acts: 2 };

describe('what is turned away', () => {
  it('are uploads first, then questions and acts, and never what does not come again', () => {
    const shedding = createShedding(createVirtualClock(), limits);
    const begin = () => (['upload', 'question', 'act', 'always'] as const).filter((kind) => shedding.begin(kind) !== null);
    expect(begin()).toEqual(['upload', 'question', 'act', 'always']);
    expect(begin()).toEqual(['question', 'act', 'always']);
    expect(begin()).toEqual(['question', 'always']);
    expect(begin()).toEqual(['always']);
    expect(shedding.counts()).toEqual({ upload: 3, question: 1, act: 2 });
  });

  it('may come again as soon as others are over', () => {
    const shedding = createShedding(createVirtualClock(), limits);
    const over = shedding.begin('upload');
    expect(shedding.begin('upload')).toBeNull();
    over?.();
    expect(shedding.begin('upload')).not.toBeNull();
  });

  it('is no question that would be answered soon, by how many were within a second', () => {
    const clock = createVirtualClock();
    const shedding = createShedding(clock, limits);
    for (let answered = 0; answered < 20; answered += 1) shedding.begin('question')?.();
    const admitted = () => Array.from({ length: 50 }, () => shedding.begin('question')).filter((over) => over !== null);
    clock.pass(1_000);
    const underWay = admitted();
    expect(underWay).toHaveLength(10);
    for (const over of underWay) over();
    clock.pass(10_000);
    expect(admitted()).toHaveLength(3);
  });

  it('is remembered for ten seconds', () => {
    const clock = createVirtualClock();
    const shedding = createShedding(clock, { ...limits, uploads: 0 });
    expect(shedding.recently()).toBe(false);
    shedding.begin('upload');
    clock.pass(9_999);
    expect(shedding.recently()).toBe(true);
    clock.pass(1);
    expect(shedding.recently()).toBe(false);
  });
});

const noTikTok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };
const settings = { developmentPrincipals: true, publicUrl: 'http://localhost:3000', corsOrigins: ['https://app.example'] };
const { parts } = createHttpParts({ pool: absentPool(), eventStore: createInMemoryEventStore(), tiktok: noTikTok, settings });
const running: RunningHttp[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((http) => http.stop(0)));
});

/** A service whose questions wait until they are let go. */
const open = async () => {
  const release = Promise.withResolvers<undefined>();
  let waiting = 0;
  const byId: HttpDeps['connections']['byId'] = () => {
    waiting += 1;
    return new ResultAsync(release.promise.then(() => ok(null)));
  };
  const shedding = createShedding(parts.clock, limits);
  const app = await createHttpApp({ ...parts, shedding, connections: { ...parts.connections, byId }, logger: { level: 'silent' } });
  const document = z.looseObject({}).parse((await app.inject('/openapi.json')).json());
  const http = await startHttp(app, { host: '127.0.0.1', port: 0 }, parts.draining);
  running.push(http);
  const ask = (path: string, options: RequestInit = {}) => fetch(`${http.address}${path}`, options);
  const question = '/v1/connections/6f0e5c1e-2b7a-4d35-9a41-0c6f0a6f7e10';
  const askAndWait = async (times: number): Promise<readonly Promise<Response>[]> => {
    const asked = Array.from({ length: times }, () => ask(question));
    await vi.waitUntil(() => waiting === times);
    return asked;
  };
  return { http, document, shedding, ask, askAndWait, question, letGo: () => release.resolve(undefined) };
};

describe('a busy service', () => {
  it('turns away a question too many with a problem, and ends those under way', async () => {
    const { ask, askAndWait, question, letGo, document, shedding } = await open();
    const underWay = await askAndWait(3);
    const refused = await ask(question, { headers: { origin: 'https://app.example' } });
    const body = await refused.text();
    expect(refused.status).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ code: 'unavailable', status: 503, instance: `urn:uuid:${refused.headers.get('x-request-id')}` });
    expect(Object.fromEntries(refused.headers)).toMatchObject({
      'retry-after': '2',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': 'https://app.example',
    });
    assertDocumented({ method: 'GET', url: question, status: 503, headers: Object.fromEntries(refused.headers), body }, document);
    expect((await ask('/livez')).status).toBe(200);
    expect((await ask('/webhooks/tiktok', { method: 'POST', body: '{}' })).status).toBe(401);
    letGo();
    expect((await Promise.all(underWay)).map(({ status }) => status)).toEqual([404, 404, 404]);
    await vi.waitUntil(async () => (await ask(question)).status === 404);
    expect(shedding.counts().question).toBeGreaterThanOrEqual(1);
  });

  it('takes no file while questions wait, and lets the sender read why', async () => {
    const { http, askAndWait, letGo } = await open();
    const underWay = await askAndWait(2);
    const answered = Promise.withResolvers<readonly [number | undefined, string | undefined]>();
    const upload = httpRequest(`${http.address}/v1/media`, { method: 'POST', headers: { 'content-type': 'video/mp4', 'content-length': '100000000' } }, (response) => {
      answered.resolve([response.statusCode, response.headers['retry-after']]);
      response.resume();
    });
    upload.on('error', () => undefined);
    upload.write(Buffer.alloc(64 * 1_024));
    expect(await answered.promise).toEqual([503, '10']);
    const more = Buffer.alloc(64 * 1_024);
    while (!upload.destroyed) {
      upload.write(more);
      await nextTurn();
    }
    letGo();
    await Promise.all(underWay);
  });

  it('counts a request as over when its caller is gone', async () => {
    const { ask, question, letGo } = await open();
    const callers = new AbortController();
    const left = Array.from({ length: 3 }, () => ask(question, { signal: callers.signal }).catch(() => null));
    await vi.waitUntil(async () => (await ask(question)).status === 503);
    callers.abort();
    await Promise.all(left);
    letGo();
    await vi.waitUntil(async () => (await ask(question)).status === 404);
  });
});
