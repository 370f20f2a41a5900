import { Agent, request } from 'undici';
import { z } from 'zod';

const started = z.object({ data: z.object({ publish_id: z.string(), upload_url: z.string() }), error: z.object({ code: z.literal('ok') }) });
const told = z.object({ data: z.object({ status: z.string() }) });
const known = z.object({ data: z.object({ privacy_level_options: z.array(z.string()) }) });

export type StartedUpload = Readonly<{ publishId: string; uploadUrl: string }>;

/** The four calls of a publish, as a script makes them. */
export interface TikTokCalls extends AsyncDisposable {
  creatorInfo(token: string): Promise<readonly string[]>;
  start(token: string, title: string): Promise<StartedUpload>;
  put(uploadUrl: string): Promise<number>;
  status(token: string, publishId: string): Promise<string>;
}

export const openTikTokCalls = (origin: string, file: Buffer): TikTokCalls => {
  const dispatcher = new Agent({ connections: 32 });
  const post = async (path: string, token: string, body: unknown): Promise<unknown> => {
    const answer = await request(`${origin}${path}`, {
      dispatcher,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=UTF-8' },
      body: JSON.stringify(body),
    });
    return answer.body.json();
  };
  return {
    creatorInfo: async (token) => known.parse(await post('/v2/post/publish/creator_info/query/', token, {})).data.privacy_level_options,
    start: async (token, title) => {
      const source = { source: 'FILE_UPLOAD', video_size: file.length, chunk_size: file.length, total_chunk_count: 1 };
      const { data } = started.parse(await post('/v2/post/publish/video/init/', token, { post_info: { title, privacy_level: 'SELF_ONLY' }, source_info: source }));
      return { publishId: data.publish_id, uploadUrl: data.upload_url };
    },
    put: async (uploadUrl) => {
      const headers = { 'content-type': 'video/mp4', 'content-length': String(file.length), 'content-range': `bytes 0-${file.length - 1}/${file.length}` };
      const { statusCode, body } = await request(uploadUrl, { dispatcher, method: 'PUT', headers, body: file });
      await body.dump();
      if (statusCode !== 201) throw new Error(`a chunk was answered with ${statusCode}`);
      return statusCode;
    },
    status: async (token, publishId) => told.parse(await post('/v2/post/publish/status/fetch/', token, { publish_id: publishId })).data.status,
    [Symbol.asyncDispose]: () => dispatcher.close(),
  };
};
