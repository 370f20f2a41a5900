import { afterAll, beforeAll, expect, test } from 'vitest';
import { tryCredentials } from '../../../src/adapters/tiktok/application-token-endpoint.ts';
import { createGuardedDispatcher } from '../../../src/adapters/outbound/guarded-dispatcher.ts';
import { clientKey } from '../../../src/domain/values/ids.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { startSimulator, type Simulator } from '../../../simulator/simulator.ts';
import { answerOf, startScriptedServer } from '../../support/scripted-server.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ quiet: true });
});
afterAll(() => simulator.stop());

const tryAt = async (apiUrl: string, clientSecret: string, key = simulator.app.clientKey) => {
  const dispatcher = createGuardedDispatcher({ exemptOrigins: [apiUrl] });
  const answer = await tryCredentials({ clientKey: clientKey(key), clientSecret: secret(clientSecret) }, { apiUrl, dispatcher });
  await dispatcher.close();
  return answer;
};

test('the right client key and secret are known', async () => {
  expect((await tryAt(simulator.apiUrl, simulator.app.clientSecret)).isOk()).toBe(true);
});

test.each([
  ['another secret', 'not-the-secret', undefined],
  ['another key', 'not-the-secret', 'aw-nobody'],
])('%s is refused as a matter of settings, without repeating it', async (_, wrong, key) => {
  const refused = (await tryAt(simulator.apiUrl, wrong, key))._unsafeUnwrapErr();
  expect(refused).toMatchObject({ kind: 'TikTokMisconfigured', tiktok: { code: 'invalid_client' } });
  expect(JSON.stringify(refused)).not.toContain(wrong);
});

test('an answer that is no token, and none at all, say nothing about the secret', async () => {
  const page = await startScriptedServer((socket) => socket.end(answerOf(200, '<html>', { 'Content-Type': 'text/html' })));
  expect((await tryAt(page.origin, 'any'))._unsafeUnwrapErr().kind).toBe('TikTokUnclear');
  await page.stop();
  expect((await tryAt('http://127.0.0.1:1', 'any'))._unsafeUnwrapErr().kind).toBe('TikTokTransient');
});
