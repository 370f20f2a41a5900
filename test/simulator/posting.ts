import { z } from 'zod';
import type { Simulator } from '../../simulator/simulator.ts';
import { connect } from './driver.ts';

const scope = 'user.info.basic,video.list,video.publish,video.upload';

const answerSchema = z.object({
  data: z
    .object({
      publish_id: z.string().optional(),
      upload_url: z.string().optional(),
      status: z.string().optional(),
      fail_reason: z.string().optional(),
      uploaded_bytes: z.number().optional(),
      downloaded_bytes: z.number().optional(),
    })
    .default({}),
  error: z.object({ code: z.string(), message: z.string() }),
});

export type Answered = z.infer<typeof answerSchema> & Readonly<{ http: number; text: string }>;

/** An app that may post for an account. */
export interface Poster {
  readonly token: string;
  ask(path: string, body?: unknown): Promise<Answered>;
  /** Begins a direct post of so many bytes, in one chunk unless told otherwise. */
  init(size: number, chunks?: Readonly<{ size: number; count: number }>, post?: Readonly<Record<string, unknown>>): Promise<Answered>;
  status(publishId: string): Promise<Answered>;
}

export async function openPoster(simulator: Simulator, account = 'ada'): Promise<Poster> {
  const { access_token: token } = await connect(simulator, account, { scope });
  const ask = async (path: string, body?: unknown): Promise<Answered> => {
    const answer = await fetch(`${simulator.apiUrl}/v2/post/publish/${path}/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=UTF-8' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { ...answerSchema.parse(JSON.parse(text)), http: answer.status, text };
  };
  return {
    token,
    ask,
    init: (size, chunks = { size, count: 1 }, post = {}) => ask('video/init', directBody(size, chunks, post)),
    status: (publishId) => ask('status/fetch', { publish_id: publishId }),
  };
}

export const fileSource = (size: number, chunks: Readonly<{ size: number; count: number }> = { size, count: 1 }): unknown => ({
  source: 'FILE_UPLOAD',
  video_size: size,
  chunk_size: chunks.size,
  total_chunk_count: chunks.count,
});

export const directBody = (size: number, chunks: Readonly<{ size: number; count: number }>, post: Readonly<Record<string, unknown>>): unknown => ({
  post_info: { privacy_level: 'PUBLIC_TO_EVERYONE', title: 'Hello #there', ...post },
  source_info: fileSource(size, chunks),
});

type Put = Readonly<{ first?: number; total?: number; range?: string; type?: string }>;

/** Sends a chunk, the only one unless told otherwise. */
export async function put(uploadUrl: string | undefined, bytes: Uint8Array<ArrayBuffer>, how: Put = {}): Promise<Response> {
  const { first = 0, total = bytes.byteLength, type = 'video/mp4' } = how;
  const range = how.range ?? `bytes ${first}-${first + bytes.byteLength - 1}/${total}`;
  return fetch(uploadUrl ?? '', { method: 'PUT', headers: { 'content-type': type, 'content-range': range }, body: bytes });
}
