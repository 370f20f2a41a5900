import { viewerOf, type EndUser } from '../../../application/execution/principal.ts';
import type { Connections } from '../../../application/ports/connections.ts';
import type { ConnectionView } from '../../../application/reading/connection-view.ts';
import { answerOf } from '../problems/failures.ts';

const accountsShown = 200;

/**
 * What a user has connected: active or in need of re-consent, newest `connected_at` first, at most 200.
 * @throws ProblemAnswer when the read model does not answer
 */
export const currentConnections = async (connections: Connections, user: EndUser): Promise<readonly ConnectionView[]> => {
  const page = answerOf(
    await connections.list({
      viewer: viewerOf(user),
      userId: null,
      openId: null,
      statuses: ['active', 'reauthorization_required'],
      limit: accountsShown,
      cursor: null,
    }),
  );
  return [...page.connections].sort((a, b) => (a.connectedAt < b.connectedAt ? 1 : a.connectedAt > b.connectedAt ? -1 : 0));
};
