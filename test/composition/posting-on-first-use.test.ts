import { describe, expect, test } from 'vitest';
import { openOutboundCalls, type OutboundCalls } from '../../src/composition/outbound-calls.ts';
import { fetcherOnFirstUse, publishingOnFirstUse, uploadsOnFirstUse } from '../../src/composition/publishing-on-first-use.ts';
import { publishId } from '../../src/domain/values/ids.ts';
import { secret } from '../../src/domain/values/secret.ts';
import { startUploadServer } from '../adapters/tiktok/upload-server.ts';

const token = secret('a-token-of-nobody');
const never = new AbortController().signal;
const unopened = () => Promise.reject(new Error('too many open files'));
const broken: OutboundCalls = { dispatcher: unopened, uploads: unopened, sources: unopened, close: () => Promise.resolve() };
const unwatched = () => () => undefined;
const chunk = { plan: { totalBytes: 5, chunkBytes: 5, count: 1 }, index: 0, contentType: 'video/mp4' };

async function* frames(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from('frame'));
}

describe('posting without its client', () => {
  test('had no effect and may be tried again', async () => {
    const publishing = publishingOnFirstUse('https://tiktok.example', broken, unwatched);
    const id = publishId('v_pub_url~v2.1');
    const nothingSent = { kind: 'TikTokTransient', tiktok: null, reason: 'the client could not be loaded' };
    expect((await publishing.creatorInfo(token))._unsafeUnwrapErr()).toEqual(nothingSent);
    expect((await publishing.status(token, id))._unsafeUnwrapErr()).toEqual(nothingSent);
    expect((await publishing.cancel(token, id))._unsafeUnwrapErr()).toEqual(nothingSent);
    expect((await publishing.list(token, null, 20))._unsafeUnwrapErr()).toEqual(nothingSent);
  });

  test('sends no chunk and fetches no file, which may be tried again', async () => {
    const sent = await uploadsOnFirstUse(broken, unwatched).putChunk(secret('https://upload.example/'), chunk, frames, never);
    expect(sent._unsafeUnwrapErr()).toEqual({ kind: 'ChunkUnanswered', reason: 'the client could not be loaded' });
    const fetched = await fetcherOnFirstUse(broken).fetch(secret('https://media.example.com/'), never);
    expect(fetched._unsafeUnwrapErr()).toEqual({ kind: 'SourceUnfetchable', reason: 'source_unreachable', retry: true });
  });
});

describe('an upload address of our own network', () => {
  test('takes chunks where it is the stand-in of development, and nowhere else', async () => {
    await using server = await startUploadServer();
    const put = async (uploadOrigins: readonly string[]) => {
      const outbound = openOutboundCalls([server.origin], uploadOrigins);
      const sent = await uploadsOnFirstUse(outbound, unwatched).putChunk(secret(`${server.origin}/video/`), chunk, frames, never);
      await outbound.close();
      return sent;
    };
    expect((await put([]))._unsafeUnwrapErr()).toEqual({ kind: 'ChunkRefused', status: null });
    expect(server.connections).toBe(0);
    expect((await put([server.origin])).isOk()).toBe(true);
  });

  test('is no source of a post, not even the stand-in', async () => {
    await using server = await startUploadServer();
    const outbound = openOutboundCalls([server.origin], [server.origin]);
    const { port } = new URL(server.origin);
    for (const url of [`${server.origin}/a.mp4`, `https://127.0.0.1:${port}/a.mp4`]) {
      const fetched = await fetcherOnFirstUse(outbound).fetch(secret(url), never);
      expect(fetched._unsafeUnwrapErr()).toEqual({ kind: 'SourceUnfetchable', reason: 'not_a_public_url', retry: false });
    }
    await outbound.close();
    expect(server.connections).toBe(0);
  });
});
