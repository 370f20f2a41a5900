import { eventChain } from '../adapters/event-store/codec/hash-chain.ts';
import type { FrontDeps } from '../adapters/http/front-app.ts';
import type { HttpDeps } from '../adapters/http/http-deps.ts';
import type { VerifyUserToken } from '../adapters/http/principals/user-token.ts';
import type { RateLimits } from '../adapters/http/rate-limits/rate-limits.ts';
import { createSharedUses } from '../adapters/postgres/postgres-shared-uses.ts';
import { createRequestLimiter } from '../application/limiting/limit-requests.ts';
import { guardedFetch } from './guarded-fetch.ts';
import type { Container } from './parts.ts';
import { lineMixin } from './telemetry.ts';

/** Loaded only where there is an identity provider: the library costs start-up time. */
const userTokenVerifier = async (container: Container): Promise<VerifyUserToken | null> => {
  const { identity } = container.get('settings');
  if (identity === null) return null;
  const { createUserTokenVerifier } = await import('../adapters/http/principals/jwks-user-tokens.ts');
  return createUserTokenVerifier({
    jwksUrl: new URL(identity.jwksUrl),
    issuer: identity.issuer,
    audience: identity.audience,
    fetch: guardedFetch(container.get('outbound')),
  });
};

const rateLimitsOf = (container: Container): RateLimits | null => {
  const { rateLimit: limit } = container.get('settings');
  if (limit === null) return null;
  return { limit, limiter: createRequestLimiter(limit, { sharedUses: createSharedUses(container.get('pool')), clock: container.get('clock') }) };
};

/** What the HTTP adapter stands on, out of the container. @param front what it has in common with what answers before it */
export const httpDepsOf = async (container: Container, front: FrontDeps): Promise<HttpDeps> => {
  const connectSettings = container.get('connectSettings');
  const execution = { eventStore: container.get('eventStore'), ids: container.get('ids'), clock: container.get('clock') };
  const connecting = {
    ...execution,
    attempts: container.get('attempts'),
    sessions: container.get('sessions'),
    connections: container.get('connections'),
    tiktok: container.get('tiktok'),
    databaseClock: container.get('databaseClock'),
    sealer: container.get('sealer'),
    progress: container.get('progress'),
    securityLog: container.get('securityLog'),
    settings: connectSettings,
  };
  const tokens = container.get('tokenPorts');
  const tallies = container.get('tallies');
  const posts = container.get('publishing');
  return {
    ...front,
    connecting,
    completing: connecting,
    unbinding: connecting,
    erasing: { ...connecting, personalRecords: container.get('personalRecords'), media: container.get('media') },
    tokens,
    publishing: {
      ...tokens,
      publishing: posts,
      videos: posts,
      quotas: container.get('quotas'),
      media: container.get('media'),
      addresses: container.get('addresses'),
    },
    publications: container.get('publications'),
    webhooks: container.get('receiving'),
    media: container.get('media'),
    connections: connecting.connections,
    auditing: { ...connecting, eventChain, securityLogPages: container.get('securityLogPages') },
    apiKeys: container.get('apiKeys'),
    idempotency: container.get('idempotency'),
    ids: execution.ids,
    clock: execution.clock,
    rateLimits: rateLimitsOf(container),
    verifyUserToken: await userTokenVerifier(container),
    logger: { ...front.logger, ...lineMixin(container) },
    tracer: container.get('tracing')?.tracer ?? null,
    answered: (request) => tallies.request(request),
    aborted: (request) => tallies.aborted(request),
  };
};
