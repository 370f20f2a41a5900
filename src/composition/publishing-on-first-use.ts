import { ResultAsync } from 'neverthrow';
import type { SourceFetcher, SourceUnfetchable } from '../application/ports/source-fetcher.ts';
import type { ChunkFailure, TikTokPublishing, TikTokUploads } from '../application/ports/tiktok-publishing.ts';
import type { TikTokCallWatch } from '../application/ports/tiktok-calls.ts';
import type { TikTokVideos } from '../application/ports/tiktok-videos.ts';
import type { TikTokTransient } from '../application/ports/tiktok.ts';
import { onFirstUse } from './on-first-use.ts';
import type { OutboundCalls } from './outbound-calls.ts';

/** Nothing was sent, so the call had no effect and may be made again. */
const reason = 'the client could not be loaded';
const noClient = (): TikTokTransient => ({ kind: 'TikTokTransient', tiktok: null, reason });
const noUpload = (): ChunkFailure => ({ kind: 'ChunkUnanswered', reason });
const noFetcher = (): SourceUnfetchable => ({ kind: 'SourceUnfetchable', reason: 'source_unreachable', retry: true });

/** TikTok's Content Posting API and list of videos, loaded by the first call. */
export const publishingOnFirstUse = (apiUrl: string, outbound: OutboundCalls, watch: TikTokCallWatch): TikTokPublishing & TikTokVideos => {
  const load = onFirstUse(async () => {
    const [{ createPublishingClient }, dispatcher] = await Promise.all([import('../adapters/tiktok/publishing-client.ts'), outbound.dispatcher()]);
    return createPublishingClient({ apiUrl, dispatcher, watch });
  });
  const loaded = () => ResultAsync.fromPromise(load(), noClient);
  return {
    creatorInfo: (token) => loaded().andThen((client) => client.creatorInfo(token)),
    start: (token, request) => loaded().andThen((client) => client.start(token, request)),
    status: (token, id) => loaded().andThen((client) => client.status(token, id)),
    cancel: (token, id) => loaded().andThen((client) => client.cancel(token, id)),
    list: (token, cursor, limit) => loaded().andThen((client) => client.list(token, cursor, limit)),
  };
};

/** What sends chunks to TikTok, loaded by the first one. */
export const uploadsOnFirstUse = (outbound: OutboundCalls, watch: TikTokCallWatch): TikTokUploads => {
  const load = onFirstUse(async () => {
    const [{ createTikTokUploads }, dispatcher] = await Promise.all([import('../adapters/tiktok/chunk-uploads.ts'), outbound.uploads()]);
    return createTikTokUploads({ dispatcher, watch });
  });
  return {
    putChunk: (url, chunk, body, signal) =>
      ResultAsync.fromPromise(load(), noUpload).andThen((uploads) => uploads.putChunk(url, chunk, body, signal)),
  };
};

/** What fetches the files behind callers' addresses, loaded by the first one. */
export const fetcherOnFirstUse = (outbound: OutboundCalls): SourceFetcher => {
  const load = onFirstUse(async () => {
    const [{ createSourceFetcher }, { mostSourceBytes }, dispatcher] = await Promise.all([
      import('../adapters/outbound/source-fetcher.ts'),
      import('../adapters/outbound/large-body-limits.ts'),
      outbound.sources(),
    ]);
    return createSourceFetcher({ dispatcher, mostBytes: mostSourceBytes });
  });
  return { fetch: (url, signal) => ResultAsync.fromPromise(load(), noFetcher).andThen((fetcher) => fetcher.fetch(url, signal)) };
};
