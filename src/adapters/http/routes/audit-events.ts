import { z } from 'zod';
import { readFeedPage } from '../../../application/auditing/feed-page.ts';
import { principalName } from '../../../application/execution/principal.ts';
import { checkpoint } from '../../../application/ports/event-names.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { serviceWith } from '../openapi/security.ts';
import { callerOf } from '../principals/admit.ts';
import { answerOf } from '../problems/failures.ts';
import { auditLimit, feedBody, feedEntrySchema } from '../wire/audit-schema.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';

const query = z.strictObject({
  after: z.string().min(1).max(200).optional().describe('A `checkpoint` or `next_after`; from the first event when left out.'),
  limit: auditLimit,
});

const feedPage = z
  .strictObject({
    data: z.array(feedEntrySchema),
    next_after: z.string().nullable().describe('Null when nothing more can be read now; go on behind the last `checkpoint` later.'),
  })
  .meta({ id: 'FeedPage' });

/** `GET /v1/audit/events`: everything that happened, in one order. */
export const auditEventsRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/audit/events',
    schema: {
      operationId: 'listEvents',
      summary: 'Read all events',
      description: 'Every event of every stream in one total order; none is passed over. Every reading stands in the security log.',
      tags: ['Audit'],
      security: serviceWith('audit:read'),
      querystring: query,
      response: { 200: json(feedPage, 'One page.'), ...problems('unauthenticated', 'forbidden') },
    },
    onRequest: admit.servicesWith('audit:read'),
    serializerCompiler: writeAsTyped,
    handler: async (request) => {
      const { after, limit } = request.query;
      const reading = new AbortController();
      const wanted = { after: after === undefined ? null : checkpoint(after), limit, signal: reading.signal };
      const { data, next_after } = answerOf(await readFeedPage(deps.auditing, wanted, principalName(callerOf(request).principal)));
      return { data: data.map(feedBody), next_after };
    },
  });
};
