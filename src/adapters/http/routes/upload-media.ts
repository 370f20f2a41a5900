import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { Media } from '../../../application/ports/media-library.ts';
import { mediaId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { idempotencyHeaders } from '../idempotency/idempotency-key.ts';
import { oncePerKey } from '../idempotency/once-per-key.ts';
import { json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf, refuse, type HttpFailure } from '../problems/failures.ts';
import { noQuery } from '../wire/connection-schema.ts';
import { mediaBody, mediaSchema, mediaTypes } from '../wire/media-schema.ts';

/** An upload may take this long, and longer the more bytes it has; on a socket where nothing moves it ends long before. */
const shortestMillis = 60_000;
const slowestBytesPerMilli = 16;
/** What comes after an answer is taken and forgotten for so long, so that the sender gets to read the answer. */
const drainMillis = 10_000;

const uploadHeaders = idempotencyHeaders.extend({
  'content-length': z.string().describe('Bytes of the file. A body of unknown length is refused.'),
});

const accepted: ReadonlySet<string> = new Set(mediaTypes);

const typeOf = ({ headers }: FastifyRequest): string => (headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();

const lengthOf = ({ headers }: FastifyRequest): number | null => {
  const length = headers['content-length'] ?? '';
  return /^\d{1,15}$/.test(length) && Number(length) > 0 ? Number(length) : null;
};

/** Runs before a byte of the body is read. */
const checkHeaders = async (request: FastifyRequest): Promise<void> => {
  if (lengthOf(request) === null) {
    refuse({ kind: 'FieldsRefused', errors: [{ path: 'Content-Length', message: 'is required: say how many bytes the file has, at least 1' }] });
  }
  if (!accepted.has(typeOf(request))) refuse({ kind: 'MediaTypeRefused', accepted: mediaTypes });
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity') refuse({ kind: 'MediaEncoded' });
};

const drain = (raw: IncomingMessage): void => {
  const limit = setTimeout(() => raw.destroy(), drainMillis);
  raw.once('close', () => clearTimeout(limit));
  raw.resume();
};

const receive = async ({ deps }: RouteDeps, request: FastifyRequest, uploads: WeakSet<Socket>): Promise<Result<Media, HttpFailure>> => {
  const { principal } = callerOf(request);
  const { raw } = request;
  const bytes = lengthOf(request) ?? 0;
  const incoming = { owner: principal.kind === 'user' ? principal.userId : null, contentType: typeOf(request), bytes };
  const patience = setTimeout(() => raw.destroy(), shortestMillis + bytes / slowestBytesPerMilli);
  uploads.add(raw.socket);
  try {
    const stored = await deps.media.store(incoming, raw.iterator({ destroyOnReturn: false }));
    if (stored.isErr()) drain(raw);
    return stored;
  } finally {
    uploads.delete(raw.socket);
    clearTimeout(patience);
  }
};

/** The key's first file, where an earlier request with this key and these bytes made one; what came now is then let go. */
const onceOnly = async ({ deps }: RouteDeps, request: FastifyRequest, key: string | null, fresh: Media): Promise<Result<Media, HttpFailure>> => {
  const { principal } = callerOf(request);
  const content = { content_type: fresh.contentType, sha256: fresh.sha256 };
  const kept = await oncePerKey<Media>(deps, { key, route: 'POST /v1/media', principal, content }, {
    run: () => Promise.resolve(ok(fresh)),
    resourceOf: ({ id }) => id,
    again: async (id) => {
      const found = await deps.media.find(mediaId(id));
      if (found.isErr()) return err(found.error);
      return found.value === null ? err({ kind: 'NoSuchMedia' }) : ok(found.value);
    },
  });
  // What cannot be removed now goes with its retention.
  if (kept.isErr() || kept.value.id !== fresh.id) await deps.media.remove(fresh.id).unwrapOr(undefined);
  return kept;
};

/** `POST /v1/media`: a file on its way to the disk, never whole in memory. Needs a scope whose parsers leave bodies alone. */
export const uploadMediaRoute = (app: HttpApp, routeDeps: RouteDeps, uploads: WeakSet<Socket>): void => {
  app.route({
    method: 'POST',
    url: '/v1/media',
    schema: {
      operationId: 'uploadMedia',
      summary: 'Upload a file to publish',
      description: [
        'The raw bytes of the file, with `Content-Type` and `Content-Length`; nothing is kept of a body that ends early. At most `MEDIA_MAX_BYTES`; kept for `MEDIA_RETENTION`, and as long as a publication needs it.',
        "A video's headers are read; what cannot be read has `video` null. An end user's file is that user's alone.",
        'With a session cookie the `Origin` must be an allowed one. JSON cannot be demanded here; instead none of the types that a foreign page can send without a preflight is taken.',
      ].join(' '),
      tags: ['Publishing'],
      security: anyoneWith('publish'),
      consumes: [...mediaTypes],
      querystring: noQuery,
      headers: idempotencyHeaders,
      response: {
        201: json(mediaSchema, 'It is stored.'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'idempotency_key_reused', 'too_large', 'unsupported_media'),
      },
    },
    config: { documented: { body: z.string().meta({ format: 'binary', description: 'The bytes of the file.' }), headers: uploadHeaders } },
    onRequest: [routeDeps.admit.uploadersWith('publish'), checkHeaders],
    handler: async (request, reply) => {
      const fresh = answerOf(await receive(routeDeps, request, uploads));
      const media = answerOf(await onceOnly(routeDeps, request, request.headers['idempotency-key'] ?? null, fresh));
      return reply.code(201).send(mediaBody(media));
    },
  });
};
