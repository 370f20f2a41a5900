import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

// TikTok's part of a publish and nothing more: answers at once, keeps no bytes, refuses nothing. A process of its own.

const init = z.object({ source_info: z.object({ video_size: z.int() }) });
const statusOf = z.object({ publish_id: z.string() });
const port = Number(process.env['PORT']);
const origin = `http://127.0.0.1:${port}`;

type Task = { received: number; size: number; firstAt: number; lastAt: number };
const tasks = new Map<string, Task>();
let puts = 0;

const error = { code: 'ok', message: '', log_id: '20261130000000AAAABBBBCCCCDDDDEEEE' };
const answer = (response: ServerResponse, body: unknown): void => {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
};

const creator = {
  creator_avatar_url: 'https://tiktok.example/avatar.jpeg',
  creator_username: 'bench',
  creator_nickname: 'Bench',
  privacy_level_options: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
  comment_disabled: false,
  duet_disabled: false,
  stitch_disabled: false,
  max_video_post_duration_sec: 600,
};

/** Counted without a promise for each piece: this end is not what is measured. */
const countBytes = (request: IncomingMessage): Promise<number> =>
  new Promise((resolve, reject) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    request.once('end', () => resolve(bytes));
    request.once('error', reject);
  });

/** Takes anything. */
const sink = 'sink';

const take = async (request: IncomingMessage, response: ServerResponse, id: string): Promise<void> => {
  const task = tasks.get(id);
  if (task?.received === 0) task.firstAt = performance.now();
  const bytes = await countBytes(request);
  if (id === sink) return void response.writeHead(201, { 'content-length': 0 }).end();
  if (task === undefined) return void response.writeHead(404).end();
  task.received += bytes;
  task.lastAt = performance.now();
  puts += 1;
  const isWhole = task.received >= task.size;
  response.writeHead(isWhole ? 201 : 206, { 'content-range': `bytes 0-${task.received}/${task.size}`, 'content-length': 0 }).end();
};

const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { url = '', method } = request;
  if (method === 'PUT') return take(request, response, url.slice('/upload/'.length));
  if (method === 'GET') {
    const whole = [...tasks.values()].filter(({ received, size }) => received >= size);
    const [last] = whole.slice(-1);
    return answer(response, { puts, whole: whole.length, lastMillis: last === undefined ? null : last.lastAt - last.firstAt });
  }
  const body: unknown = JSON.parse((await text(request)) || '{}');
  switch (url) {
    case '/v2/post/publish/creator_info/query/':
      return answer(response, { data: creator, error });
    case '/v2/post/publish/video/init/': {
      const id = `v_pub_file~v2-1.${7_600_000_000_000_000_000n + BigInt(tasks.size)}`;
      tasks.set(id, { received: 0, size: init.parse(body).source_info.video_size, firstAt: 0, lastAt: 0 });
      return answer(response, { data: { publish_id: id, upload_url: `${origin}/upload/${id}` }, error });
    }
    case '/v2/post/publish/status/fetch/': {
      const task = tasks.get(statusOf.parse(body).publish_id);
      const isWhole = task !== undefined && task.received >= task.size;
      return answer(response, { data: { status: isWhole ? 'PUBLISH_COMPLETE' : 'PROCESSING_UPLOAD', uploaded_bytes: task?.received ?? 0 }, error });
    }
    default:
      response.writeHead(404).end();
  }
};

const server = createServer((request, response) => {
  handle(request, response).catch((failure: unknown) => {
    console.error(failure);
    response.destroy();
  });
});
server.listen(port, '127.0.0.1');
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
});
