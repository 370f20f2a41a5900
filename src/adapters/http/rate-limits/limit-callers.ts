import type { FastifyReply, FastifyRequest } from 'fastify';
import { principalName } from '../../../application/execution/principal.ts';
import type { RequestLimit, Standing } from '../../../application/limiting/request-limit.ts';
import type { Clock } from '../../../application/ports/clock.ts';
import type { Caller } from '../principals/caller.ts';
import type { Identify } from '../principals/identify.ts';
import { answerOf, refuse } from '../problems/failures.ts';
import { createFailedProofs, type Presented } from './failed-proofs.ts';
import type { RateLimits } from './rate-limits.ts';

type CallerOf = (request: FastifyRequest, reply: FastifyReply) => Promise<Caller>;

const seconds = (millis: number): number => Math.max(1, Math.ceil(millis / 1_000));

/** As in the draft "RateLimit header fields for HTTP" of the IETF. */
const policyOf = ({ requests, windowMillis }: RequestLimit): string => `"default";q=${requests};w=${seconds(windowMillis)}`;

const isLimited = ({ routeOptions }: FastifyRequest): boolean => routeOptions.url?.startsWith('/v1/') === true;

/**
 * Who calls; ends the request when that cannot be told, or when the caller has asked too often. Whoever is nobody is
 * counted by address, before anything is asked of the database or of the identity provider's keys.
 * @param rateLimits null where there is no limit
 */
export const callerWithin = (
  rateLimits: RateLimits | null,
  identify: Identify,
  { clock, authCookie }: Readonly<{ clock: Pick<Clock, 'monotonicMillis'>; authCookie: string }>,
): CallerOf => {
  if (rateLimits === null) return async (request) => answerOf(await identify(request));
  const { limit, limiter } = rateLimits;
  const proofs = createFailedProofs(limit, clock);
  const policy = policyOf(limit);
  const show = (reply: FastifyReply, { remaining, resetMillis }: Standing): void => {
    reply.header('ratelimit-policy', policy).header('ratelimit', `"default";r=${remaining};t=${seconds(resetMillis)}`);
  };
  const turnAway = (limited: 'caller' | 'address', { resetMillis }: Standing): never =>
    refuse({ kind: 'TooManyRequests', limited, limit, retryAfterSeconds: seconds(resetMillis) });
  const presentedBy = ({ ip, headers, cookies }: FastifyRequest): Presented => ({
    address: ip,
    credential: headers.authorization ?? cookies[authCookie],
  });

  return async (request, reply) => {
    if (!isLimited(request)) return answerOf(await identify(request));
    const presented = presentedBy(request);
    const refused = proofs.refused(presented);
    if (refused !== null) {
      show(reply, refused);
      return turnAway('address', refused);
    }
    const identified = await identify(request);
    if (identified.isErr() && identified.error.kind === 'Unauthenticated') show(reply, proofs.failed(presented));
    const caller = answerOf(identified);
    proofs.proved(presented);
    const standing = await limiter.take(principalName(caller.principal));
    show(reply, standing);
    // Known to the log even when it is turned away.
    request.caller = caller;
    return standing.admitted ? caller : turnAway('caller', standing);
  };
};
