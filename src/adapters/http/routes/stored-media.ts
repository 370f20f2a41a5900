import { err, ok, type Result } from 'neverthrow';
import type { Principal } from '../../../application/execution/principal.ts';
import type { Media } from '../../../application/ports/media-library.ts';
import { mediaId, type MediaId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { idempotencyHeaders } from '../idempotency/idempotency-key.ts';
import { oncePerKey } from '../idempotency/once-per-key.ts';
import { bare, json, problems } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf, type HttpFailure } from '../problems/failures.ts';
import { noQuery } from '../wire/connection-schema.ts';
import { refuseBody } from '../wire/json-body.ts';
import { mediaBody, mediaParams, mediaSchema } from '../wire/media-schema.ts';

const isTheirs = (principal: Principal, { owner }: Media): boolean => principal.kind === 'service' || owner === principal.userId;

const theirMedia = async ({ deps }: RouteDeps, principal: Principal, id: MediaId): Promise<Result<Media, HttpFailure>> => {
  const found = await deps.media.find(id);
  if (found.isErr()) return err(found.error);
  return found.value === null || !isTheirs(principal, found.value) ? err({ kind: 'NoSuchMedia' }) : ok(found.value);
};

const idIn = (params: Readonly<{ id: string }>): MediaId => mediaId(params.id.toLowerCase());

/** `GET /v1/media/{id}`: what is known of a file; its bytes are not handed out. */
export const getMediaRoute = (app: HttpApp, routeDeps: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/media/:id',
    schema: {
      operationId: 'getMedia',
      summary: 'Read what is known of a file',
      description: 'Its bytes are not handed out. What has expired is not found.',
      tags: ['Publishing'],
      security: anyoneWith('publish'),
      params: mediaParams,
      querystring: noQuery,
      response: { 200: json(mediaSchema, 'The file.'), ...problems('unauthenticated', 'forbidden', 'not_found') },
    },
    onRequest: routeDeps.admit.anyoneWith('publish'),
    handler: async (request) => mediaBody(answerOf(await theirMedia(routeDeps, callerOf(request).principal, idIn(request.params)))),
  });
};

/** `DELETE /v1/media/{id}`: at once, whether or not a publication still needs it. */
export const deleteMediaRoute = (app: HttpApp, routeDeps: RouteDeps): void => {
  app.route({
    method: 'DELETE',
    url: '/v1/media/:id',
    schema: {
      operationId: 'deleteMedia',
      summary: 'Delete a file',
      description: 'At once. A publication that has not sent it whole fails with `media_gone`. Deleted again, it is not found.',
      tags: ['Publishing'],
      security: anyoneWith('publish'),
      params: mediaParams,
      querystring: noQuery,
      headers: idempotencyHeaders,
      response: {
        204: bare('It is deleted.'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'idempotency_key_reused', 'too_large', 'unsupported_media'),
      },
    },
    onRequest: routeDeps.admit.anyoneWith('publish'),
    preValidation: refuseBody,
    handler: async (request, reply) => {
      const { principal } = callerOf(request);
      const id = idIn(request.params);
      const keyed = { key: request.headers['idempotency-key'] ?? null, route: 'DELETE /v1/media/{id}', principal, content: { id } };
      const deleted = await oncePerKey<MediaId>(routeDeps.deps, keyed, {
        run: async () => {
          const theirs = await theirMedia(routeDeps, principal, id);
          return theirs.isErr() ? err(theirs.error) : routeDeps.deps.media.remove(id).map(() => id);
        },
        resourceOf: () => id,
        again: () => Promise.resolve(ok(id)),
      });
      answerOf(deleted);
      return reply.code(204).send();
    },
  });
};
