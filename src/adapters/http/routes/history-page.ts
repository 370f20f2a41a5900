import { z } from 'zod';
import { checkChain, type ChainPorts } from '../../../application/auditing/check-chain.ts';
import { createFindings } from '../../../application/auditing/difference.ts';
import { readHistory } from '../../../application/auditing/history.ts';
import { parseMoment, type Moment } from '../../../application/auditing/moment.ts';
import { stateAt } from '../../../application/auditing/state-at.ts';
import { principalName, viewerOf, type EndUser } from '../../../application/execution/principal.ts';
import { connectionStream } from '../../../application/execution/streams.ts';
import type { ConnectionView } from '../../../application/reading/connection-view.ts';
import { connectionId, type ConnectionId } from '../../../domain/values/ids.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { page } from '../openapi/answers.ts';
import { endUser } from '../openapi/security.ts';
import { historyPage, type Asked, type HistoryPage } from '../pages/history/history-page.ts';
import { renderPage } from '../pages/render-page.ts';
import { showTrouble } from '../pages/show-trouble.ts';
import { endUserOf } from '../principals/admit.ts';
import { answerOf, refuse } from '../problems/failures.ts';
import { fromRevision } from '../wire/audit-schema.ts';
import { connectionParams } from '../wire/connection-schema.ts';
import { pageLimit } from '../wire/page-limit.ts';
import { troubles } from './account-addresses.ts';

const eventsShown = 100;
const largestRevision = 999_999_999;

const query = z.strictObject({
  from: fromRevision.describe('The first event to show.'),
  at: z.string().max(40).optional().describe('A revision, an RFC 3339 time, or a time without a zone, which is UTC.'),
  before: pageLimit(largestRevision, 1).describe('The event after which one state is compared.'),
  after: pageLimit(largestRevision, largestRevision).describe('The event after which the other state is compared.'),
});

/** What a browser's field for a time gives: without a zone, and without seconds where they are 0. A second is meant to its end. */
const typedTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;

const momentOf = (typed: string): Moment | null => {
  if (!typedTime.test(typed)) return parseMoment(typed);
  return parseMoment(`${typed}${typed.length === 16 ? ':59' : ''}.999Z`);
};

const chainWords = (altered: readonly number[]): string =>
  altered.length === 0
    ? 'Every event carries a fingerprint of itself and of all before it, and all of them fit.'
    : `The fingerprints do not fit at event ${altered.join(', ')}. Tell whoever runs this service.`;

const checkedChain = async (ports: ChainPorts, id: ConnectionId): Promise<HistoryPage['chain']> => {
  const findings = createFindings();
  const checked = await checkChain(ports, connectionStream(id), findings);
  if (checked.isErr()) return null;
  const altered = findings.listed.flatMap((finding) => ('revision' in finding ? [finding.revision] : []));
  return { isIntact: findings.total === 0, words: chainWords(altered) };
};

/** `GET /dashboard/connections/{id}/history`: what happened to a connection, for the person whose account it is or was. */
export const historyPageRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  const stateOf = async (user: EndUser, id: ConnectionId, moment: Moment): Promise<ConnectionView | null> => {
    const state = await stateAt(deps.auditing, { connectionId: id, moment, viewer: viewerOf(user) }, principalName(user));
    return state.isErr() && state.error.kind === 'ConnectionNotFound' ? null : answerOf(state);
  };

  const stateAsked = async (user: EndUser, id: ConnectionId, typed: string | undefined): Promise<Asked<ConnectionView>> => {
    if (typed === undefined) return null;
    const moment = momentOf(typed);
    if (moment === null) return { refused: 'That is no moment. Give a date and a time.' };
    const state = await stateOf(user, id, moment);
    return state === null ? { refused: 'At that moment this account was not connected by you yet.' } : { answer: state };
  };

  const bothStates = async (user: EndUser, id: ConnectionId, before: number, after: number): Promise<Asked<readonly [ConnectionView, ConnectionView]>> => {
    const [first, second] = [await stateOf(user, id, { revision: before }), await stateOf(user, id, { revision: after })];
    return first === null || second === null ? { refused: 'There is no such event of yours.' } : { answer: [first, second] };
  };

  app.route({
    method: 'GET',
    url: '/dashboard/connections/:id/history',
    schema: {
      operationId: 'historyPage',
      summary: 'The page that shows a user what happened to an account',
      description: 'A timeline, the state at a moment, what changed between two, and whether the history is as it was written. Every reading stands in the security log.',
      tags: ['Audit'],
      security: endUser,
      params: connectionParams,
      querystring: query,
      response: { 200: page('The page.'), ...troubles, 404: page('There is no such connection.') },
    },
    onRequest: admit.endUsers,
    errorHandler: showTrouble,
    handler: async (request, reply) => {
      const user = endUserOf(request);
      const id = connectionId(request.params.id.toLowerCase());
      const { from, at, before, after } = request.query;
      const viewer = viewerOf(user);
      const history = answerOf(await readHistory(deps.auditing, { connectionId: id, viewer, from, limit: eventsShown }, principalName(user)));
      const connection = answerOf(await deps.connections.byId(id, viewer)) ?? refuse({ kind: 'ConnectionNotFound' });
      const comparing = after !== largestRevision;
      const shown = historyPage({
        connection,
        viewer: user.userId,
        entries: history.data,
        from,
        nextFrom: history.next_from,
        chain: await checkedChain(deps.auditing, id),
        typed: at !== undefined && typedTime.test(at) ? at : '',
        state: await stateAsked(user, id, at),
        before: comparing ? before : (history.data[0]?.revision ?? 1),
        after: comparing ? after : (history.data.at(-1)?.revision ?? 1),
        compared: comparing ? await bothStates(user, id, before, after) : null,
      });
      return reply.type('text/html; charset=utf-8').send(await renderPage('history/history', shown));
    },
  });
};
