import type { HttpApp, RouteDeps } from '../http-app-type.ts';
import { cancelPublicationRoute } from './cancel-publication.ts';
import { connectionVideosRoute } from './connection-videos.ts';
import { createPublicationRoute } from './create-publication.ts';
import { creatorInfoRoute } from './creator-info.ts';
import { getPublicationRoute } from './get-publication.ts';
import { listPublicationsRoute } from './list-publications.ts';
import { preflightPublicationRoute } from './preflight-publication.ts';
import { publicationEventsRoute } from './publication-events.ts';
import { publicationHistoryRoute } from './publication-history.ts';
import { resolvePublicationRoute } from './resolve-publication.ts';

/** Everything about posts, and what is asked of TikTok before one. */
export const publicationRoutes = (app: HttpApp, deps: RouteDeps): void => {
  createPublicationRoute(app, deps);
  preflightPublicationRoute(app, deps);
  listPublicationsRoute(app, deps);
  getPublicationRoute(app, deps);
  publicationEventsRoute(app, deps);
  cancelPublicationRoute(app, deps);
  resolvePublicationRoute(app, deps);
  publicationHistoryRoute(app, deps);
  creatorInfoRoute(app, deps);
  connectionVideosRoute(app, deps);
};
