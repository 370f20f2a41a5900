import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { actorOf, type EndUser } from '../../../application/execution/principal.ts';
import { creatorOfConnection } from '../../../application/publishing/creator-of-connection.ts';
import type { ConnectionView } from '../../../application/reading/connection-view.ts';
import { scopeOfMode } from '../../../domain/connection/request-publish.ts';
import { commandContext } from '../command-context.ts';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { slowAnswer } from '../limits.ts';
import { page } from '../openapi/answers.ts';
import { endUser } from '../openapi/security.ts';
import { creatorObstacle, needsConsent, needsScope, postingStopped } from '../pages/publish/creator-obstacle.ts';
import { publishAddress, publishPath, type PostChoice } from '../pages/publish/publish-address.ts';
import { postForm, publishPage, type Obstacle, type PostForm } from '../pages/publish/publish-page.ts';
import { renderPage } from '../pages/render-page.ts';
import { showTrouble } from '../pages/show-trouble.ts';
import { endUserOf } from '../principals/admit.ts';
import { refuse } from '../problems/failures.ts';
import { currentConnections } from '../reading/current-connections.ts';
import { connectAddress, troubles } from './account-addresses.ts';

const query = z.strictObject({
  connection_id: z.uuid().optional().describe('The account to post with; the newest one when left out.'),
  kind: z.enum(['video', 'photo']).default('video'),
  mode: z.enum(['direct', 'draft']).default('direct'),
  publication_id: z.uuid().optional().describe('A publication whose state the page shows.'),
});

type Shown = Readonly<{ form: PostForm } | { obstacle: Obstacle }>;

const nothingConnected = (address: string): Obstacle => ({
  tone: 'bad',
  what: 'No TikTok account is connected.',
  next: 'Connect one to post with it.',
  way: { label: 'Connect TikTok', address },
});

/** `GET /dashboard/publish`: the page on which a person writes a post, as TikTok's content-sharing guidelines want it. */
export const publishPageRoute = (app: HttpApp, { deps, admit }: RouteDeps): void => {
  const { settings } = deps;

  /** TikTok is asked anew each time the page is shown, as its guidelines want it. */
  const formOrObstacle = async (request: FastifyRequest, user: EndUser, connection: ConnectionView, choice: PostChoice): Promise<Shown> => {
    const scopes = [...new Set([...connection.scopes, scopeOfMode[choice.mode]])];
    const here = publishAddress(choice);
    const consent = connectAddress(settings, { scopes, addAccount: true });
    if (connection.status !== 'active') return { obstacle: needsConsent(consent) };
    if (!connection.scopes.includes(scopeOfMode[choice.mode])) return { obstacle: needsScope(consent, choice.mode) };
    if (choice.mode === 'draft') return { form: postForm(choice, connection, null) };
    const context = commandContext(request, actorOf(user), deps.ids.commandId());
    const creator = await creatorOfConnection(deps.publishing, context, user, connection.id);
    if (creator.isErr()) return { obstacle: creatorObstacle(creator.error, here, consent) };
    const { cannotPost } = creator.value;
    return cannotPost === null ? { form: postForm(choice, connection, creator.value) } : { obstacle: postingStopped(cannotPost) };
  };

  app.route({
    method: 'GET',
    url: publishPath,
    handlerTimeout: slowAnswer(settings),
    schema: {
      operationId: 'publishPage',
      summary: 'The page on which a user posts to TikTok',
      description: "Asks TikTok anew what the creator may do, and follows TikTok's content-sharing guidelines.",
      tags: ['Publishing'],
      security: endUser,
      querystring: query,
      response: { 200: page('The page.'), ...troubles, 404: page('There is no such connection.'), 504: page('It took too long.') },
    },
    onRequest: admit.endUsers,
    errorHandler: showTrouble,
    handler: async (request, reply) => {
      const user = endUserOf(request);
      const { connection_id, kind, mode } = request.query;
      const connections = await currentConnections(deps.connections, user);
      const wanted = connection_id?.toLowerCase();
      const chosen = wanted === undefined ? connections[0] : connections.find(({ id }) => id === wanted);
      if (chosen === undefined && wanted !== undefined) return refuse({ kind: 'ConnectionNotFound' });
      const choice = { connectionId: chosen?.id ?? null, kind, mode };
      const shown =
        chosen === undefined
          ? { obstacle: nothingConnected(connectAddress(settings, {})) }
          : await formOrObstacle(request, user, chosen, choice);
      return reply.type('text/html; charset=utf-8').send(await renderPage('publish/publish', publishPage(connections, choice, shown)));
    },
  });
};
