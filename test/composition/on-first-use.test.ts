import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { onFirstUse } from '../../src/composition/on-first-use.ts';
import { openOutboundCalls } from '../../src/composition/outbound-calls.ts';
import { tiktokOnFirstUse } from '../../src/composition/tiktok-on-first-use.ts';
import { clientKey } from '../../src/domain/values/ids.ts';
import { secret } from '../../src/domain/values/secret.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { checkout } from '../support/service-process.ts';

describe('what is made on first use', () => {
  test('is made once, however many ask at a time', async () => {
    let made = 0;
    const use = onFirstUse(() => Promise.resolve((made += 1)));
    expect(made).toBe(0);
    expect(await Promise.all([use(), use()])).toEqual([1, 1]);
    expect(await use()).toBe(1);
  });

  test('is tried again after a failure', async () => {
    const outcomes = [Promise.reject(new Error('too many open files')), Promise.resolve('made')];
    const use = onFirstUse(() => outcomes.shift() ?? Promise.reject(new Error('asked too often')));
    await expect(use()).rejects.toThrow('too many open files');
    expect(await use()).toBe('made');
  });
});

describe('calls to TikTok', () => {
  const app = {
    clientKey: clientKey('aw-made-up'),
    clientSecret: secret('a-secret-of-nobody'),
    redirectUri: 'http://localhost:3999/api/tiktok/auth/callback',
    pkce: 'off',
    authorizeUrl: 'https://tiktok.example/authorize/',
    apiUrl: 'https://tiktok.example',
  } as const;

  test('that cannot be made for want of the client had no effect, and work once it loads', async () => {
    await using simulator = await startSimulator({ quiet: true }).then((started) => ({ ...started, [Symbol.asyncDispose]: () => started.stop() }));
    const outbound = openOutboundCalls([simulator.apiUrl]);
    let failures = 1;
    const tiktok = tiktokOnFirstUse({ ...app, apiUrl: simulator.apiUrl }, () => {
      failures -= 1;
      return failures < 0 ? outbound.dispatcher() : Promise.reject(new Error('too many open files'));
    });
    const refresh = () => tiktok.refresh(secret('a-token-of-nobody')).orElse((failure) => okAsync(failure));
    expect(await refresh()).toMatchObject({ value: { kind: 'TikTokTransient', tiktok: null } });
    expect(await refresh()).toMatchObject({ value: { kind: 'TikTokMisconfigured' } });
    await outbound.close();
  });

  test('need nothing loaded to send a browser away', () => {
    const tiktok = tiktokOnFirstUse(app, () => Promise.reject(new Error('was not to be asked')));
    const url = tiktok.authorizeUrl({ state: secret('a-state'), scopes: [], codeVerifier: null, disableAutoAuth: false }).reveal();
    expect(url).toMatch(/^https:\/\/tiktok\.example\/authorize\/\?client_key=aw-made-up&.*state=a-state$/);
  });

  test('that never happened leave nothing to close', async () => {
    await expect(openOutboundCalls([]).close()).resolves.toBeUndefined();
  });
});

test('the modules of a start hold neither a client for calls outward nor the commands nor compilers of JSON schemas', () => {
  const files = ['src/composition/serve.ts', 'src/adapters/http/http-app.ts'].map((file) => pathToFileURL(join(checkout, file)).href);
  const program = `
    import { registerHooks } from 'node:module';
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    for (const file of ${JSON.stringify(files)}) await import(file);
    const heavy = /node_modules\\/(undici|ajv|commander|eta|@fastify\\/swagger|prom-client|jose)\\/|src\\/adapters\\/cli\\//;
    console.log(JSON.stringify({ some: loaded.length > 100, heavy: loaded.filter((url) => heavy.test(url)) }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  expect({ stdout, stderr }).toEqual({ stdout: '{"some":true,"heavy":[]}\n', stderr: '' });
});
