import { afterAll, beforeAll, expect, test } from 'vitest';
import { readKeySet } from '../../../src/adapters/http/principals/key-set.ts';
import { startIdentityProvider, type IdentityProvider } from '../../support/identity-provider.ts';
import { answerOf, startScriptedServer } from '../../support/scripted-server.ts';

let provider: IdentityProvider;
beforeAll(async () => {
  provider = await startIdentityProvider();
});
afterAll(() => provider.stop());

const plainFetch = (url: string, options: RequestInit) => fetch(url, options);
const read = (body: string, status = 200) => async () => {
  const server = await startScriptedServer((socket) => socket.end(answerOf(status, body)));
  const found = await readKeySet(server.origin, plainFetch);
  await server.stop();
  return found;
};

test('a key set is counted by what proves a signature', async () => {
  expect((await readKeySet(provider.jwksUrl.href, plainFetch))._unsafeUnwrap()).toEqual({ keys: 1, usable: 1 });
  const mixed = { keys: [{ kty: 'RSA', use: 'enc' }, { kty: 'oct' }, { kty: 'EC', alg: 'ES256' }, { kty: 'OKP', crv: 'X25519' }, { kty: 'RSA', alg: 'HS256' }, 'nonsense'] };
  expect((await read(JSON.stringify(mixed))())._unsafeUnwrap()).toEqual({ keys: 6, usable: 1 });
});

test.each([
  ['a page', '<html>', 200, 'its answer is not JSON'],
  ['something else', '{"issuer":"x"}', 200, 'its answer is no key set'],
  ['an error', '{}', 404, 'it answers with status 404'],
])('%s is no key set', async (_, body, status, why) => {
  expect((await read(body, status)())._unsafeUnwrapErr()).toBe(why);
});

test('a server that is away is told by its reason', async () => {
  expect((await readKeySet('http://127.0.0.1:1/keys', plainFetch)).isErr()).toBe(true);
});
