import { Readable } from 'node:stream';
import { z } from 'zod';
import { principalName, viewerOf } from '../../../application/execution/principal.ts';
import { ownedPublication } from '../../../application/publishing/owned-publication.ts';
import { isFinal } from '../../../application/reading/publication-view.ts';
import { publicationId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { publicationChanges } from '../live/publication-changes.ts';
import { createWatchers } from '../live/watchers.ts';
import { bare, problems, text, type Answer } from '../openapi/answers.ts';
import { anyoneWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf, refuse } from '../problems/failures.ts';
import { noQuery } from '../wire/connection-schema.ts';
import { publicationParams } from '../wire/publication-schema.ts';

const headers = z.looseObject({
  'last-event-id': z
    .string()
    .regex(/^(0|[1-9]\d{0,8})$/, 'must be the id of an event that was received')
    .optional()
    .describe('Goes on behind this revision. Browsers send it by themselves when they connect anew.'),
});

const answers: Readonly<Record<number, Answer | z.ZodType>> = {
  200: text('text/event-stream', '`id`, the revision, and `data`, a Publication; comments while nothing changes.'),
  204: bare('Nothing has changed since, and nothing is awaited any more: do not connect again.'),
  ...problems('unauthenticated', 'forbidden', 'not_found', 'rate_limited'),
};

/** `GET /v1/publications/{id}/events`: each change as a server-sent event, until the end. */
export const publicationEventsRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  const watchers = createWatchers();
  app.addHook('preClose', async () => watchers.endAll());
  app.route({
    method: 'GET',
    url: '/v1/publications/:id/events',
    schema: {
      operationId: 'followPublication',
      summary: 'Follow a publication',
      description:
        'Server-sent events: first the publication as it is, then once more for each change, as JSON; `id` is its revision. The answer ends after a final state, and from time to time before: connect again with `Last-Event-ID`, which tells every change since.',
      tags: ['Publishing'],
      security: anyoneWith('publish'),
      params: publicationParams,
      querystring: noQuery,
      headers,
      response: answers,
    },
    onRequest: admit.anyoneWith('publish'),
    handler: async (request, reply) => {
      const { principal } = callerOf(request);
      const id = publicationId(request.params.id.toLowerCase());
      const now = answerOf(await ownedPublication(deps.publishing.eventStore, viewerOf(principal), id));
      const last = request.headers['last-event-id'];
      const after = last === undefined ? null : Number(last);
      if (after === now.revision && isFinal(now.status)) return reply.code(204).send();
      const watcher = watchers.begin(principalName(principal));
      if (watcher === null) return refuse({ kind: 'TooManyWatched' });
      reply.raw.once('close', watcher.end);
      const changes = publicationChanges(deps.publishing, id, after !== null && after <= now.revision ? after : now.revision - 1, watcher.signal);
      const body = Readable.from(changes, { objectMode: false }).once('close', watcher.end);
      // Proxies that hold answers back would hold each event back.
      return reply.header('x-accel-buffering', 'no').type('text/event-stream').send(body);
    },
  });
};
