import { z } from 'zod';
import { connectionId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { json, problems } from '../openapi/answers.ts';
import { serviceWith } from '../openapi/security.ts';
import { answerOf } from '../problems/failures.ts';
import { auditLimit, securityBody, securityEntrySchema } from '../wire/audit-schema.ts';
import { writeAsTyped } from '../wire/write-as-typed.ts';

const query = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,18}$/, 'must be an id of this log, or next_after')
    .optional()
    .describe('An `id` or `next_after`; from the first entry when left out.'),
  limit: auditLimit,
  connection_id: z.uuid().optional().describe('Only entries about this connection.'),
});

const securityLogPage = z
  .strictObject({
    data: z.array(securityEntrySchema),
    next_after: z.string().nullable().describe('Null when nothing more can be read now; go on behind the last `id` later.'),
  })
  .meta({ id: 'SecurityLogPage' });

/** `GET /v1/audit/security-log`: facts outside the histories. */
export const securityLogRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  app.route({
    method: 'GET',
    url: '/v1/audit/security-log',
    schema: {
      operationId: 'listSecurityLog',
      summary: 'Read the security log',
      description: 'Tokens handed out, connects refused, keys made, revoked, rotated and destroyed, erasures, imports, histories read. Oldest first; none is passed over.',
      tags: ['Audit'],
      security: serviceWith('audit:read'),
      querystring: query,
      response: { 200: json(securityLogPage, 'One page.'), ...problems('unauthenticated', 'forbidden') },
    },
    onRequest: admit.servicesWith('audit:read'),
    serializerCompiler: writeAsTyped,
    handler: async (request) => {
      const { after, limit, connection_id } = request.query;
      const about = connection_id === undefined ? null : connectionId(connection_id.toLowerCase());
      const page = answerOf(await deps.auditing.securityLogPages.page({ after: after ?? null, limit, connectionId: about }));
      return { data: page.entries.map(securityBody), next_after: page.nextAfter };
    },
  });
};
