import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHttp, problemIn, type TestHttp } from '../../support/http-app.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { absentPool } from '../../support/projection-database.ts';

const noTikTok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };

describe('addresses and errors', () => {
  let http: TestHttp;

  beforeAll(async () => {
    http = await createTestHttp(createHttpParts({ pool: absentPool(), eventStore: createInMemoryEventStore(), tiktok: noTikTok }).parts);
  });

  afterAll(() => http.close());

  it('answers an unknown address with a problem', async () => {
    const answer = await http.call({ url: '/nowhere' });
    expect(answer.statusCode).toBe(404);
    expect(problemIn(answer)).toMatchObject({ code: 'not_found', status: 404, type: 'https://connect.example/docs#not_found' });
    expect(answer.json()).toMatchObject({ instance: `urn:uuid:${String(answer.headers['x-request-id'])}` });
  });

  it('says which methods an address answers', async () => {
    const answer = await http.call({ method: 'PUT', url: '/v1/connections/6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10' });
    expect(problemIn(answer)).toMatchObject({ code: 'not_found', detail: 'This address answers GET, DELETE, not PUT.' });
  });

  it('is alive without anything to stand on', async () => {
    const answer = await http.call({ url: '/livez' });
    expect(answer.json()).toEqual({ status: 'ok' });
  });
});
