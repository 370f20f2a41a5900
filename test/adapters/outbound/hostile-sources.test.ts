import type { LookupAddress } from 'node:dns';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedDispatcher } from '../../../src/adapters/outbound/guarded-dispatcher.ts';
import type { Resolve } from '../../../src/adapters/outbound/guarded-lookup.ts';
import { createSourceFetcher } from '../../../src/adapters/outbound/source-fetcher.ts';
import type { SourceUnfetchable } from '../../../src/application/ports/source-fetcher.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { startScriptedServer, type ScriptedServer } from '../../support/scripted-server.ts';

/** Listens where nothing of a caller's may lead. */
let canary: ScriptedServer;
beforeAll(async () => {
  canary = await startScriptedServer(() => undefined);
});
afterAll(() => canary.stop());

const never = new AbortController().signal;

const outcomeOf = async (url: string, resolve?: Resolve): Promise<SourceUnfetchable | 'fetched'> => {
  const dispatcher = createGuardedDispatcher({ exemptOrigins: [], limits: { connect: 500, total: 2_000 }, ...(resolve === undefined ? {} : { resolve }) });
  try {
    const fetched = await createSourceFetcher({ dispatcher, mostBytes: 1_000 }).fetch(secret(url), never);
    return fetched.match<SourceUnfetchable | 'fetched'>(
      () => 'fetched',
      (failure) => failure,
    );
  } finally {
    await dispatcher.destroy();
  }
};

const notPublic: SourceUnfetchable = { kind: 'SourceUnfetchable', reason: 'not_a_public_url', retry: false };

describe('an address of a caller that leads inside reaches nobody', () => {
  it.each([
    ['by another scheme', (port: number) => `http://127.0.0.1:${port}/`],
    ['by FTP', (port: number) => `ftp://127.0.0.1:${port}/`],
    ['by gopher', (port: number) => `gopher://127.0.0.1:${port}/`],
    ['by a file', () => 'file:///etc/passwd'],
    ['by a path', () => '/etc/passwd'],
    ['by no text', () => ''],
    ['by a user', (port: number) => `https://ada@127.0.0.1:${port}/`],
    ['by a user that looks like a host', (port: number) => `https://media.example.com@127.0.0.1:${port}/`],
    ['by a user and a password', (port: number) => `https://media.example.com:443@127.0.0.1:${port}/`],
    ['by backslashes', (port: number) => `https:\\\\127.0.0.1:${port}\\`],
    ['with a tab', (port: number) => `https://127.0.0\t.1:${port}/`],
    ['with line breaks', (port: number) => `https://127.0.0.1:${port}/\r\nX-Injected: 1`],
    ['with one slash', (port: number) => `https:/127.0.0.1:${port}/`],
    ['with no slash', (port: number) => `https:127.0.0.1:${port}/`],
    ...[
      '127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '2130706433', '0x7f000001', '0x7f.1', '0x7F.0x0.0x0.0x1', '0177.0.0.1', '017700000001', '127.0.0.01',
      '127.255.255.254', '１２７.０.０.１', '①②⑦.0.0.1', '127。0。0。1', '%31%32%37.0.0.1', '0', '0.0.0.0', '0x0', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]',
      '[0000:0000:0000:0000:0000:0000:0000:0001]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:0:127.0.0.1]', '[0:0:0:0:0:ffff:127.0.0.1]', '[::127.0.0.1]',
      '[64:ff9b::127.0.0.1]', '[64:ff9b:1::127.0.0.1]', '[2002:7f00:1::1]', '[fe80::1]', '[fd00::1]', '[fec0::1]', '[ff02::1]',
      '10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.169.254', '0xa9fea9fe', '2852039166', '100.100.100.200', '198.18.0.1', '192.0.0.1', '224.0.0.1', '255.255.255.255',
      'localhost', 'LOCALHOST', 'ⓛocalhost',
    ].map((host): [string, (port: number) => string] => [`as ${host}`, (port) => `https://${host}:${port}/`]),
  ])('%s', async (_, spell) => {
    expect(await outcomeOf(spell(canary.port))).toEqual(notPublic);
    expect(canary.connections).toBe(0);
  });
});

/** A name server that answers what it likes, each time anew. */
const resolving =
  (...answers: readonly (readonly string[])[]): Resolve =>
  (() => {
    let asked = 0;
    return (_name, _options, callback) => {
      const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
      asked += 1;
      setImmediate(() => callback(null, addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }))));
    };
  })();

describe('a name of a caller that leads inside reaches nobody', () => {
  it.each<[string, readonly string[]]>([
    ['to loopback', ['127.0.0.1']],
    ['to IPv6 loopback', ['::1']],
    ['to a mapped loopback', ['::ffff:127.0.0.1']],
    ['to several private addresses', ['10.0.0.1', '127.0.0.1', '::1']],
    ['to metadata', ['169.254.169.254']],
    ['to a link-local address with a zone', ['fe80::1%eth0']],
    ['to what is no address', ['localhost']],
    ['to nothing', []],
  ])('%s', async (_, addresses) => {
    expect(await outcomeOf(`https://rebound.example.com:${canary.port}/`, resolving(addresses))).toEqual(notPublic);
    expect(canary.connections).toBe(0);
  });

  it('after it led outside the first time', async () => {
    const resolve = resolving(['192.0.2.1'], ['127.0.0.1']);
    for (let tries = 0; tries < 3; tries += 1) expect(await outcomeOf(`https://rebound.example.com:${canary.port}/`, resolve)).toEqual(notPublic);
    expect(canary.connections).toBe(0);
  });

  it('beside a public address: only that one is tried', async () => {
    const tried: string[] = [];
    const resolve: Resolve = (_name, options, callback) => {
      tried.push(String(options.all));
      callback(null, [
        { address: '127.0.0.1', family: 4 },
        // Public, and nobody listens there to this test.
        { address: '2600::', family: 6 },
      ]);
    };
    expect(await outcomeOf(`https://mixed.example.com:${canary.port}/`, resolve)).toMatchObject({ reason: 'source_unreachable', retry: true });
    expect(tried).toHaveLength(1);
    expect(canary.connections).toBe(0);
  });

  it('while its name server fails, which another try may mend', async () => {
    const resolve: Resolve = (_name, _options, callback) => callback(Object.assign(new Error('getaddrinfo EAI_AGAIN rebound.example.com'), { code: 'EAI_AGAIN' }), []);
    expect(await outcomeOf('https://rebound.example.com/', resolve)).toEqual({ kind: 'SourceUnfetchable', reason: 'source_unreachable', retry: true });
  });
});
