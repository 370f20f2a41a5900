import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { madeUpVideo } from '../support/made-up-videos.ts';
import { openParseRecorder } from '../support/parse-recorder.ts';
import { checkout, runCommand } from '../support/service-process.ts';
import { createWireWorld } from '../support/wire-world.ts';

const service = { authorization: 'Bearer dev' };
const withId = z.object({ id: z.string() });
const fewest = 60;

const canBePrepared = async (client: pg.Client, text: string): Promise<boolean> => {
  if (!/^\s*(select|insert|update|delete|with)\b/i.test(text)) return false;
  try {
    await client.query(`prepare recorded as ${text}`);
    await client.query('deallocate recorded');
    return true;
  } catch {
    // Of tables that stand only while a projection is rebuilt.
    return false;
  }
};

/** One life of everything, seen from the way to the database. With RECORD=statements the golden file is written anew. */
it('the statements of this version are many, and all of them can be prepared on its schema', async () => {
  const world = await createWireWorld();
  const recorder = await openParseRecorder(world.database.url);
  const environment = { ...world.environment, DATABASE_URL: recorder.url };
  const command = (...args: string[]) => runCommand(environment, args);
  await world.tiktok.withoutWaiting();
  const replica = await world.start({ DATABASE_URL: recorder.url });
  const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, body?: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = {}) =>
    replica.wire.call({ method, url, headers: { ...service, ...headers }, ...(body === undefined ? {} : { body }) });
  for (const account of ['ada', 'bob']) {
    await world.tiktok.addAccount(`recorded-${account}`);
    await replica.person(account).connect({ account: `recorded-${account}` });
  }
  const [ada] = await replica.person('ada').connections();
  const id = ada?.id ?? '';
  for (const url of ['', '?status=active', '?user_id=ada', '?open_id=-000', '?limit=1']) await ask('GET', `/v1/connections${url}`);
  for (const path of ['', '/history', '/state?at=1', '/creator-info', '/videos']) await ask('GET', `/v1/connections/${id}${path}`);
  await ask('POST', `/v1/connections/${id}/access-token`, {});
  await ask('POST', `/v1/connections/${id}/refresh`, undefined, { 'idempotency-key': randomUUID() });
  await ask('POST', '/v1/connect-sessions', { user_id: 'ada' });
  const media = await fetch(`${replica.url}/v1/media`, { method: 'POST', headers: { ...service, 'content-type': 'video/mp4' }, body: new Uint8Array(await madeUpVideo({ container: 'mp4', codec: 'avc' })) });
  const body = {
    connection_id: id,
    kind: 'video',
    mode: 'direct',
    post: { title: 'Spring sale', privacy_level: 'SELF_ONLY' },
    consent: { confirmed_at: new Date().toISOString(), music_usage: true, branded_content_policy: false },
    source: { type: 'media', media_id: withId.parse(await media.json()).id },
  };
  const made = withId.parse((await ask('POST', '/v1/publications', body, { 'idempotency-key': randomUUID() })).json());
  await expect.poll(async () => (await ask('GET', `/v1/publications/${made.id}`)).body, { timeout: 30_000 }).toContain('"published"');
  for (const url of ['/v1/publications', `/v1/publications?connection_id=${id}`, `/v1/publications/${made.id}/history`, '/v1/audit/events', '/v1/audit/security-log']) await ask('GET', url);
  await ask('DELETE', `/v1/connections/${id}`, undefined, { 'idempotency-key': randomUUID() });
  await ask('POST', '/v1/users/bob/erase');
  for (const args of [['verify'], ['rebuild'], ['keys', 'list'], ['encryption', 'status'], ['erasures', 'export'], ['parked', 'list'], ['doctor'], ['security-log']]) await command(...args);
  await replica.stop();

  const client = new pg.Client({ connectionString: world.database.url });
  await client.connect();
  const kept: Record<string, string> = {};
  for (const [name, text] of [...recorder.statements].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (await canBePrepared(client, text)) kept[name] = text;
  }
  await client.end();
  await recorder.close();
  await world.close();
  expect(Object.keys(kept).length).toBeGreaterThan(fewest);
  if (process.env['RECORD'] === 'statements') {
    await writeFile(join(checkout, 'test/adapters/postgres/statements-of-earlier-code.json'), `${JSON.stringify(kept, null, 1)}\n`);
  }
});
