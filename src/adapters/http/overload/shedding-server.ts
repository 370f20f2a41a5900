import { randomUUID } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, Server, ServerResponse } from 'node:http';
import process from 'node:process';
import type { Headers } from '../headers/security-headers.ts';
import { limits } from '../limits.ts';
import { problemCatalogue } from '../problems/catalogue.ts';
import type { Problem } from '../problems/problem.ts';
import { instanceOf, problemBody, problemMediaType } from '../problems/write-problem.ts';
import { requestKind } from './request-kinds.ts';
import type { Shedding, ShedKind } from './shedding.ts';

export type ShedAnswers = Readonly<{ publicUrl: string; headers: Headers; corsOrigins: readonly string[] }>;

const pauseSeconds: Readonly<Record<ShedKind, number>> = { upload: 10, question: 2, act: 2 };
/** What comes behind an answer is taken for so long, or so much of it, so that the sender gets to read the answer. */
const drainMillis = 1_000;
const drainBytes = 256 * 1_024;

const problemOf = (kind: ShedKind): Problem => ({
  code: 'unavailable',
  detail: kind === 'upload' ? 'The service is too busy to take files now.' : 'The service has more to do than it can do now.',
  retryAfterSeconds: pauseSeconds[kind],
});

/** A problem's text around the id of the request, for it is written thousands of times a second. */
const bodyOf = (publicUrl: string, kind: ShedKind): ((id: string) => string) => {
  const mark = '0'.repeat(36);
  const [before = '', after = ''] = JSON.stringify(problemBody(publicUrl, problemOf(kind), instanceOf(mark))).split(mark);
  return (id) => `${before}${id}${after}`;
};

const drain = (request: IncomingMessage): void => {
  let bytes = 0;
  const limit = setTimeout(() => request.destroy(), drainMillis);
  request.once('close', () => clearTimeout(limit));
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > drainBytes) request.destroy();
  });
};

/** Answers on the bare connection: what is turned away must cost a small part of what is answered. */
const turnAwayWith = ({ publicUrl, headers, corsOrigins }: ShedAnswers) => {
  const bodies = { upload: bodyOf(publicUrl, 'upload'), question: bodyOf(publicUrl, 'question'), act: bodyOf(publicUrl, 'act') };
  const readable = (origin: string | undefined): OutgoingHttpHeaders =>
    origin !== undefined && corsOrigins.includes(origin)
      ? { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', 'access-control-expose-headers': 'Retry-After, X-Request-Id', vary: 'Origin' }
      : {};
  return (kind: ShedKind, request: IncomingMessage, response: ServerResponse): void => {
    const id = randomUUID();
    const body = bodies[kind](id);
    response.writeHead(problemCatalogue.unavailable.status, {
      ...headers,
      ...readable(request.headers.origin),
      'content-type': problemMediaType,
      'content-length': Buffer.byteLength(body),
      'retry-after': String(pauseSeconds[kind]),
      'x-request-id': id,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    if (kind === 'upload') drain(request);
  };
};

/** A server that turns away what is too much before anything else is done with it. Its limits are those of `limits.ts`. */
export const sheddingServer = (shedding: Shedding, answers: ShedAnswers, handler: RequestListener): Server => {
  const turnAway = turnAwayWith(answers);
  // An import of a value would load all that node:http exports, Node's HTTP client among it, at every start.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer(limits.http, (request, response) => {
    const kind = requestKind(request.method ?? 'GET', request.url ?? '/');
    const over = shedding.begin(kind);
    if (over === null) {
      if (kind !== 'always') turnAway(kind, request, response);
      return;
    }
    if (kind !== 'always') response.once('close', over);
    handler(request, response);
  });
  server.keepAliveTimeout = limits.keepAliveTimeout;
  server.requestTimeout = limits.requestTimeout;
  return server.setTimeout(limits.connectionTimeout);
};
