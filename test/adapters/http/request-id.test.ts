import { expect, test } from 'vitest';
import { requestIdOf } from '../../../src/adapters/http/request-id.ts';
import { createTestHttp } from '../../support/http-app.ts';
import { createHttpParts } from '../../support/http-parts.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { absentPool } from '../../support/projection-database.ts';

const given = '0F8FAD5B-D9CB-469F-A165-70867728950E';
const own = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('an id that the caller gave is kept: in the answer, in its problem and in the log', async () => {
  const tiktok = { authorizeUrl: 'http://127.0.0.1:1/v2/auth/authorize/', apiUrl: 'http://127.0.0.1:1' };
  const { parts } = createHttpParts({ pool: absentPool(), eventStore: createInMemoryEventStore(), tiktok });
  const http = await createTestHttp(parts);
  const answer = await http.app.inject({ url: '/nowhere', headers: { 'x-request-id': given } });
  expect(answer.headers['x-request-id']).toBe(given.toLowerCase());
  expect(answer.json()).toMatchObject({ instance: `urn:uuid:${given.toLowerCase()}` });
  expect(http.log()).toContain(`"reqId":"${given.toLowerCase()}"`);
  await http.close();
});

test('any other is replaced', () => {
  for (const id of [undefined, '', 'canary', `${given}x`, `${given}\n`, `${given},${given}`, given.replaceAll('-', '')]) {
    expect(requestIdOf({ headers: id === undefined ? {} : { 'x-request-id': id } })).toMatch(own);
  }
});
