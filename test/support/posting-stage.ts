import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { livePageHeaders } from '../../src/adapters/http/headers/security-headers.ts';
import { postForm, publishPage } from '../../src/adapters/http/pages/publish/publish-page.ts';
import { renderPage } from '../../src/adapters/http/pages/render-page.ts';
import type { CreatorInfo } from '../../src/application/ports/tiktok-publishing.ts';
import { noProfile } from '../../src/application/reading/profile.ts';
import type { ConnectionView } from '../../src/application/reading/connection-view.ts';
import type { PostMode } from '../../src/domain/publication/request.ts';
import { connectionId, userId } from '../../src/domain/values/ids.ts';
import { instant } from '../../src/domain/values/instant.ts';
import { scope } from '../../src/domain/values/scopes.ts';
import { checkout } from './service-process.ts';

const assets = join(checkout, 'src/adapters/http/pages/assets');
const types: Readonly<Record<string, string>> = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' };

export const stagedConnection: ConnectionView = {
  id: connectionId('6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10'),
  userId: userId('ada'),
  status: 'active',
  profile: { ...noProfile, display_name: 'Ada' },
  scopes: [scope('video.publish'), scope('video.upload')],
  accessTokenExpiresAt: null,
  refreshTokenExpiresAt: null,
  reauthorizationReason: null,
  connectedAt: instant(0),
  updatedAt: instant(0),
  revision: 1,
};

export const stagedCreator: CreatorInfo = {
  username: 'ada.builds',
  nickname: 'Ada Builds',
  avatarUrl: null,
  options: {
    privacyLevels: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
    commentDisabled: false,
    duetDisabled: false,
    stitchDisabled: false,
    maxVideoSeconds: 60,
  },
  cannotPost: null,
};

export type Received = Readonly<{ method: string; path: string; headers: IncomingMessage['headers']; body: Buffer }>;
export type Scripted = Readonly<{ status: number; body: unknown; headers?: Readonly<Record<string, string>> }>;

export interface PostingStage {
  readonly url: string;
  readonly received: readonly Received[];
  /** Answers of the API, by method and path; the last one of a list is kept. */
  answer(call: string, ...answers: readonly Scripted[]): void;
  /** Takes the request and never answers it. */
  hold(call: string): void;
  /** What whoever follows a publication is told from now on; then the stream stays open. */
  events(...publications: readonly Readonly<{ revision: number }>[]): void;
  /** Lets nobody follow a publication by events. */
  refuseEvents(): void;
  close(): Promise<void>;
}

/** The posting page with its own modules and headers, before an API that says what a test wants. */
export const openPostingStage = async (
  given: Readonly<{ kind?: 'video' | 'photo'; mode?: PostMode; options?: Partial<CreatorInfo['options']>; creator?: Partial<CreatorInfo> }> = {},
): Promise<PostingStage> => {
  const received: Received[] = [];
  const script = new Map<string, Scripted[]>();
  const held = new Set<string>();
  let told: readonly Readonly<{ revision: number }>[] | null = [];
  const { kind = 'video', mode = 'direct' } = given;
  const creator = { ...stagedCreator, ...given.creator, options: { ...stagedCreator.options, ...given.options } };
  const choice = { connectionId: stagedConnection.id, kind, mode };

  const page = async (response: ServerResponse): Promise<void> => {
    const form = postForm(choice, stagedConnection, mode === 'draft' ? null : creator);
    response.writeHead(200, { ...livePageHeaders([]), 'content-type': 'text/html; charset=utf-8' });
    response.end(await renderPage('publish/publish', publishPage([stagedConnection], choice, { form })));
  };
  const asset = async (name: string, response: ServerResponse): Promise<void> => {
    response.writeHead(200, { 'content-type': types[name.split('.').at(-1) ?? ''] ?? 'text/plain' });
    response.end(await readFile(join(assets, name)));
  };
  const api = async (request: IncomingMessage, path: string, response: ServerResponse): Promise<void> => {
    const method = request.method ?? '';
    if (held.has(`${method} ${path}`)) {
      request.resume();
      return;
    }
    received.push({ method, path, headers: request.headers, body: await buffer(request) });
    const answers = script.get(`${method} ${path}`) ?? [];
    const next = answers.length > 1 ? answers.shift() : answers[0];
    if (next === undefined) {
      request.socket.destroy();
      return;
    }
    response.writeHead(next.status, { 'content-type': 'application/json', ...next.headers });
    response.end(JSON.stringify(next.body));
  };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/dashboard/publish') return page(response);
    if (path.startsWith('/assets/')) return asset(path.slice('/assets/'.length), response);
    if (path.endsWith('/events')) {
      if (told === null) {
        response.writeHead(401).end();
        return undefined;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`: \n\n${told.map((each) => `id: ${each.revision}\ndata: ${JSON.stringify(each)}\n\n`).join('')}`);
      return undefined;
    }
    return api(request, path, response);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return {
    url: `http://localhost:${address.port}/dashboard/publish`,
    received,
    answer: (call, ...answers) => void script.set(call, [...answers]),
    hold: (call) => void held.add(call),
    refuseEvents: () => {
      told = null;
    },
    events: (...publications) => {
      told = publications;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
