import type { Socket } from 'node:net';
import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { mediaTypes } from '../wire/media-schema.ts';
import { deleteMediaRoute, getMediaRoute } from './stored-media.ts';
import { uploadMediaRoute } from './upload-media.ts';

/**
 * Files to publish. Needs a scope of its own: it leaves bodies of these types on the socket until they are wanted.
 * @param uploads sockets with an upload under way, which has a limit of its own
 */
export const mediaRoutes = (app: HttpApp, routeDeps: RouteDeps, uploads: WeakSet<Socket>): void => {
  app.addContentTypeParser([...mediaTypes], (_request, _payload, done) => done(null));
  uploadMediaRoute(app, routeDeps, uploads);
  getMediaRoute(app, routeDeps);
  deleteMediaRoute(app, routeDeps);
};
