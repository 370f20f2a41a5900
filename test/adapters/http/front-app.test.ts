import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createFrontApp, type Behind } from '../../../src/adapters/http/front-app.ts';
import { createHttpApp } from '../../../src/adapters/http/http-app.ts';
import { startHttp, type RunningHttp } from '../../../src/adapters/http/start.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { absentPool } from '../../support/projection-database.ts';

const noTikTok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };
const { parts } = createHttpParts({ pool: absentPool(), eventStore: createInMemoryEventStore(), tiktok: noTikTok });
const deps = { ...parts, settings: { ...parts.settings, developmentPrincipals: true }, logger: { level: 'silent' } };

const running: RunningHttp[] = [];

const startWith = async (load: Behind['load'] | null, close: Behind['close'] = () => Promise.resolve()): Promise<RunningHttp> => {
  const front = await createFrontApp(deps, load === null ? null : { load, close }, new WeakSet<Socket>());
  const http = await startHttp(front, { host: '127.0.0.1', port: 0 }, deps.draining);
  running.push(http);
  return http;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((http) => http.stop(0)));
});

const asked = (http: RunningHttp, path: string, init: RequestInit = {}): Promise<Response> => fetch(`${http.address}${path}`, init);
const wrongBody = { method: 'POST', headers: { authorization: 'Bearer dev', 'content-type': 'application/json' }, body: '{"user_id":7}' };

describe('what answers from the first moment on', () => {
  it('answers probes without the rest', async () => {
    let loads = 0;
    const http = await startWith(() => {
      loads += 1;
      return Promise.withResolvers<never>().promise;
    });
    expect((await asked(http, '/livez')).status).toBe(200);
    expect((await asked(http, '/readyz?verbose')).status).toBe(200);
    expect(loads).toBe(0);
  });

  it('lets every other request wait for the rest, with its body, and answers probes meanwhile', async () => {
    const loaded = Promise.withResolvers<undefined>();
    const entered = Promise.withResolvers<undefined>();
    const http = await startWith(async () => {
      entered.resolve(undefined);
      await loaded.promise;
      return createHttpApp(deps);
    });
    const waiting = [asked(http, '/openapi.json'), asked(http, '/v1/nothing'), asked(http, '/v1/connect-sessions', wrongBody)];
    await entered.promise;
    expect((await asked(http, '/livez')).status).toBe(200);
    loaded.resolve(undefined);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 404, 400]);
    expect((await asked(http, '/docs')).status).toBe(200);
  });

  it('ends the connections of requests that wait for a rest that cannot be loaded', async () => {
    const http = await startWith(() => Promise.reject(new Error('a planted fault')));
    await expect(asked(http, '/docs')).rejects.toThrow('fetch failed');
    expect((await asked(http, '/livez')).status).toBe(200);
  });

  it('closes the rest when it begins to close itself', async () => {
    const closing = Promise.withResolvers<undefined>();
    const rest = await createHttpApp({ ...deps, readiness: () => Promise.resolve({ status: 'ok', parts: {} }) });
    const http = await startWith(
      () => Promise.resolve(rest),
      async () => {
        await rest.close();
        closing.resolve(undefined);
      },
    );
    expect((await asked(http, '/docs')).status).toBe(200);
    await Promise.all([closing.promise, http.stop(1_000)]);
    await expect(asked(http, '/livez')).rejects.toThrow('fetch failed');
  });

  it('answers that there is nothing else where nothing else is served', async () => {
    const http = await startWith(null);
    const answer = await asked(http, '/v1/connections');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json; charset=utf-8']);
  });
});
