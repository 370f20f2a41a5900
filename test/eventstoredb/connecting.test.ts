import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { emptyHead } from '../../src/application/ports/event-store.ts';
import { connectionId } from '../../src/domain/values/ids.ts';
import { startStandIn, type StandIn } from '../support/eventstoredb-stand-in/start.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { newStream, several } from '../support/sample-events.ts';
import { appendForCertain, appendOneByOne, follow, storeAt } from './faulty-store.ts';

const patience = { timeout: 20_000, interval: 50 };

describe('a secured store', () => {
  let folder = '';
  let standIn: StandIn | null = null;
  const url = (): string => standIn?.url ?? '';
  const reasonAt = async (address: string): Promise<string> => {
    const store = storeAt(address);
    const refused = (await store.append(newStream(), emptyHead, several(1)))._unsafeUnwrapErr();
    await store.close();
    return refused.kind === 'Unavailable' ? refused.reason : refused.kind;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'eventstoredb-tls-'));
    const { key, cert } = selfSignedCertificate('127.0.0.1');
    const tls = { keyFile: join(folder, 'key.pem'), certFile: join(folder, 'cert.pem') };
    await writeFile(tls.keyFile, key);
    await writeFile(tls.certFile, cert);
    standIn = await startStandIn({ user: 'admin:made-up', tls });
  });
  afterAll(async () => {
    await standIn?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('is written, read and followed with the user and the authority that the address names', async () => {
    const store = storeAt(url());
    const stream = newStream();
    const following = follow(store, { streamPrefixes: [stream] });
    await appendOneByOne(store, stream, 3);
    await expect.poll(() => following.events.length, patience).toBe(3);
    await following.stop();
    await store.close();
  });

  test('refuses another password, which is shown nowhere', async () => {
    expect(await reasonAt(url().replace('made-up', 'hush-hush'))).toBe('EventStoreDB refuses our user or its password');
  });

  test('is not trusted without its authority', async () => {
    expect(await reasonAt(url().replace(/tlsCAFile=.*/, 'keepAliveInterval=10000'))).toMatch(/certificate is not trusted/);
  });
});

test('two installations with prefixes of their own share a server, and neither sees what the other holds', async () => {
  const standIn = await startStandIn();
  const stores = [storeAt(`${standIn.url}&streamPrefix=staging`), storeAt(`${standIn.url}&stream-prefix=live`), storeAt(standIn.url)];
  const stream = connectionStream(connectionId(crypto.randomUUID()));
  const followed = stores.map((store) => follow(store));
  const appended = await Promise.all(stores.map((store) => appendForCertain(store, stream, emptyHead, several(1))));
  for (const [index, { events }] of followed.entries()) {
    await expect.poll(() => events.length, patience).toBe(1);
    expect(events).toMatchObject(appended[index]?.events ?? []);
  }
  expect(new Set(appended.map(({ checkpoint }) => checkpoint.slice(0, 41))).size).toBe(3);
  for (const { events, stop } of followed) {
    await stop();
    expect(events).toHaveLength(1);
  }
  await Promise.all(stores.map((store) => store.close()));
  await standIn.stop();
});

test('a node that does not lead names the one that does, and the same call goes there', async () => {
  const [follower, leader] = await Promise.all([startStandIn(), startStandIn()]);
  await follower.order({ kind: 'leader', leader: { host: '127.0.0.1', port: leader.port } });
  const store = storeAt(follower.url);
  const appended = await appendForCertain(store, newStream(), emptyHead, several(2));
  const atLeader = storeAt(leader.url);
  expect((await atLeader.read(appended.events[0]?.stream ?? newStream(), 1, 10))._unsafeUnwrap()).toMatchObject(appended.events);
  await Promise.all([store.close(), atLeader.close()]);
  await Promise.all([follower.stop(), leader.stop()]);
});

const ways = {
  'an address of all nodes': (ports: readonly number[]) => `esdb://${ports.map((port) => `127.0.0.1:${port}`).join(',')}?tls=false`,
  'a DNS name that stands for all': ([port]: readonly number[]) => `esdb+discover://localhost:${port ?? 0}?tls=false`,
};

test.each(Object.entries(ways))('when the leader of a cluster dies, the next one takes over, by %s: nothing acknowledged is lost, nothing is doubled', async (_, addressOf) => {
  const leader = await startStandIn();
  const heir = await startStandIn({ file: leader.file });
  const host = '127.0.0.1';
  const members = (leads: StandIn, dead: boolean) => [
    { host, port: leader.port, state: dead ? ('dead' as const) : ('leader' as const) },
    { host, port: heir.port, state: leads === heir ? ('leader' as const) : ('follower' as const) },
  ];
  await leader.order({ kind: 'members', members: members(leader, false) });
  await heir.order({ kind: 'members', members: members(leader, false) });
  await heir.order({ kind: 'leader', leader: { host, port: leader.port } });
  const store = storeAt(addressOf([heir.port, leader.port]));
  const stream = newStream();
  const following = follow(store, { streamPrefixes: [stream] });
  const head = await appendOneByOne(store, stream, 5);
  await expect.poll(() => following.events.length, patience).toBe(5);

  await leader.kill();
  const next = several(1);
  const meanwhile = await store.append(stream, head, next);
  expect(meanwhile.isErr() && meanwhile.error.kind).toMatch(/Unavailable|OutcomeUnknown/);
  await heir.order({ kind: 'members', members: members(heir, true) });
  await heir.order({ kind: 'leader', leader: null });

  await expect.poll(async () => (await store.append(stream, head, next)).isOk(), patience).toBe(true);
  await expect.poll(() => following.events.length, patience).toBe(6);
  await following.stop();
  expect(following.events.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6]);
  await store.close();
  await heir.stop();
  await leader.stop();
});
