import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHttpApp } from '../../../src/adapters/http/http-app.ts';
import { connectionId } from '../../../src/domain/values/ids.ts';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import { connectAs } from '../../support/http-person.ts';
import { createDevelopmentWorld } from '../../support/http-world.ts';
import { createTestHttp } from '../../support/http-app.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { absentPool } from '../../support/projection-database.ts';

const line = z.looseObject({ reqId: z.string(), msg: z.string() });
const noTikTok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };
const parts = (settings = {}) =>
  createHttpParts({
    pool: absentPool(),
    eventStore: createInMemoryEventStore(),
    tiktok: noTikTok,
    settings: { developmentPrincipals: true, ...settings },
  }).parts;

const lines = (log: string): z.infer<typeof line>[] =>
  log
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => line.parse(JSON.parse(text)));

describe('the log', () => {
  it('has one line per request: what was asked, by whom, what came of it', async () => {
    const http = await createTestHttp(parts());
    const answer = await http.call({ url: '/v1/connections?user_id=canary', headers: { authorization: 'Bearer dev' } });
    const [written, ...others] = lines(http.log()).filter(({ reqId }) => reqId === answer.headers['x-request-id']);
    expect(others).toEqual([]);
    expect(written).toMatchObject({
      msg: 'answered',
      method: 'GET',
      path: '/v1/connections',
      route: '/v1/connections',
      status: 503,
      code: 'unavailable',
      principal: 'service:dev',
      client: '127.0.0.1',
    });
    await http.close();
  });

  it('is flushed when the application closes, after the last answer', async () => {
    const held: string[] = [];
    const written: string[] = [];
    const stream = { write: (text: string) => void held.push(text), flushSync: () => void written.push(...held.splice(0)) };
    const app = await createHttpApp({ ...parts(), logger: { level: 'info', stream } });
    await app.inject('/v1/connections/nothing');
    expect(written).toEqual([]);
    await app.close();
    expect(lines(written.join('')).map(({ msg }) => msg)).toEqual(['answered']);
  });

  it('names whoever was proved and then refused', async () => {
    const http = await createTestHttp(parts());
    const service = { authorization: 'Bearer dev' };
    await http.call({ url: '/api/tiktok/user/info', headers: service });
    await http.call({ url: '/api/tiktok/auth/authorize', headers: service });
    await http.call({ method: 'POST', url: '/v1/connect-sessions', headers: { 'x-dev-user': 'ada' }, payload: { user_id: 'a' } });
    await http.call({ method: 'POST', url: '/api/tiktok/unbind', cookies: { dev_user: 'grace' }, payload: {} });
    expect(lines(http.log()).filter(({ status }) => status === 403).map(({ principal }) => principal)).toEqual([
      'service:dev',
      'service:dev',
      'user:ada',
      'user:grace',
    ]);
    await http.close();
  });

  it('keeps queries, cookies, tokens and where redirects lead to itself', async () => {
    const http = await createTestHttp(parts());
    const secrets = { authorization: 'Bearer canary-header', cookie: '__session=canary-cookie; tiktok_oauth_1=canary-flow' };
    for (const url of [
      '/api/tiktok/auth/callback?code=canary-code&state=canary-state',
      '/api/tiktok/auth/authorize?session=canary-link',
      '/nowhere?token=canary-query',
      '/v1/connections?cursor=canary-cursor&unknown=canary-field',
      '/v1/connections/%zz?canary-malformed',
    ]) {
      await http.app.inject({ url, headers: secrets });
      await http.app.inject({ url });
    }
    await http.app.inject({
      method: 'POST',
      url: '/api/tiktok/unbind',
      headers: { 'content-type': 'application/json' },
      payload: '{"canary-body',
    });
    expect(lines(http.log()).length).toBeGreaterThan(10);
    expect(http.log()).not.toContain('canary');
    await http.close();
  });

  it('believes the proxies it is told to, about the client', async () => {
    const http = await createTestHttp(parts({ trustProxy: ['127.0.0.1'] }));
    await http.app.inject({ url: '/nowhere', headers: { 'x-forwarded-for': '198.51.100.7' } });
    expect(lines(http.log()).at(-1)).toMatchObject({ client: '198.51.100.7' });
    const wary = await createTestHttp(parts());
    await wary.app.inject({ url: '/nowhere', headers: { 'x-forwarded-for': '198.51.100.7' } });
    expect(lines(wary.log()).at(-1)).toMatchObject({ client: '127.0.0.1' });
    await http.close();
    await wary.close();
  });
});

describe('what events remember of a request', () => {
  it('is its id, its trace context and who asked', async () => {
    const world = await createDevelopmentWorld();
    const id = await connectAs(world, 'traced', 'ada');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await world.http.call({
      method: 'DELETE',
      url: `/v1/connections/${id}`,
      headers: { authorization: 'Bearer dev', traceparent },
    });
    const events = await world.parts.completing.eventStore.read(connectionStream(connectionId(id)), 2, 1);
    expect(events.unwrapOr([])).toMatchObject([
      {
        type: 'Disconnected',
        metadata: {
          actor: { kind: 'service', id: 'dev' },
          correlationId: `request:${String(answer.headers['x-request-id'])}`,
          traceparent,
        },
      },
    ]);
    await world.close();
  });

  it('is no trace context that is malformed', async () => {
    const { traceparentOf } = await import('../../../src/adapters/http/command-context.ts');
    const id = '4bf92f3577b34da6a3ce929d0e0e4736';
    for (const header of [
      undefined,
      '',
      'x',
      `ff-${id}-00f067aa0ba902b7-01`,
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `00-${id}-${'0'.repeat(16)}-01`,
      `00-${id.toUpperCase()}-00f067aa0ba902b7-01`,
    ]) {
      expect(traceparentOf(header)).toBeNull();
    }
  });
});
