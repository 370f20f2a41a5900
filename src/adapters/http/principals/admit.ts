import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasScope, type ApiScope, type EndUser, type Principal, type Service } from '../../../application/execution/principal.ts';
import type { HttpDeps } from '../http-deps.ts';
import { answerOf, refuse } from '../problems/failures.ts';
import type { Caller } from './caller.ts';
import { refuseCrossSiteWrites } from './cross-site.ts';

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
type CallerOf = (request: FastifyRequest, reply: FastifyReply) => Promise<Caller>;

/** Runs before a body is read. */
export interface Admission {
  /** Anyone with this scope, and end users for what is theirs. */
  readonly anyoneWith: (scope: ApiScope) => Hook;
  /** As `anyoneWith`, for a body that is no JSON; the route itself must refuse the types that any page can send. */
  readonly uploadersWith: (scope: ApiScope) => Hook;
  /** API keys with this scope. */
  readonly servicesWith: (scope: ApiScope) => Hook;
  readonly endUsers: Hook;
}

/** @param identified who calls; it ends a request that is nobody's */
export const admission = (identified: CallerOf, settings: HttpDeps['settings']): Admission => {
  const checkOrigin = refuseCrossSiteWrites(settings);
  const admit = async ([request, reply]: Parameters<Hook>, check: (principal: Principal) => void, body: 'json' | 'file' = 'json'): Promise<void> => {
    const caller = await identified(request, reply);
    // Known to the log even when it is refused next.
    request.caller = caller;
    check(caller.principal);
    answerOf(checkOrigin(request, caller.proof, body));
  };
  const demand = (principal: Principal, scope: ApiScope): void => {
    if (!hasScope(principal, scope)) refuse({ kind: 'ScopeMissing', scope });
  };
  return {
    anyoneWith: (scope) => (...call) => admit(call, (principal) => demand(principal, scope)),
    uploadersWith: (scope) => (...call) => admit(call, (principal) => demand(principal, scope), 'file'),
    servicesWith: (scope) => (...call) =>
      admit(call, (principal) => {
        if (principal.kind === 'user') refuse({ kind: 'WrongPrincipal', needed: 'service' });
        demand(principal, scope);
      }),
    endUsers: (...call) =>
      admit(call, (principal) => {
        if (principal.kind !== 'user') refuse({ kind: 'WrongPrincipal', needed: 'end user' });
      }),
  };
};

/** The caller of a route that admits. */
export const callerOf = (request: FastifyRequest): Caller => {
  if (request.caller === null) throw new Error(`no admission stands before ${request.method} ${request.routeOptions.url}`);
  return request.caller;
};

/** The application of a route that admits none but API keys. */
export const serviceOf = (request: FastifyRequest): Service => {
  const { principal } = callerOf(request);
  return principal.kind === 'service' ? principal : refuse({ kind: 'WrongPrincipal', needed: 'service' });
};

/** The end user of a route that admits none but end users. */
export const endUserOf = (request: FastifyRequest): EndUser => {
  const { principal } = callerOf(request);
  return principal.kind === 'user' ? principal : refuse({ kind: 'WrongPrincipal', needed: 'end user' });
};
