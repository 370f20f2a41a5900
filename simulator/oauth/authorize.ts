import { consentPage, requiredScope } from '../pages/consent-page.ts';
import { errorPage } from '../pages/error-page.ts';
import { pageHeaders } from '../pages/templates.ts';
import { htmlAnswer, redirectAnswer, type Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint, Simulation } from '../wire/endpoint.ts';
import type { World } from '../world/world.ts';
import { readAuthorizeRequest, type AuthorizeProblem, type AuthorizeRequest } from './authorize-request.ts';
import { approve, cancelled, standingConsent } from './consent.ts';
import { sessionAccount, sessionCookie } from './session.ts';

const errorPath = '/v2/auth/error/';

/** The consent page: shown, answered, skipped for a standing consent, or replaced by an error page. */
export const authorizeEndpoints: readonly Endpoint[] = ['/v2/auth/authorize/', '/v2/auth/authorize'].flatMap((path): Endpoint[] => [
  { method: 'GET', path, name: () => 'authorize', handle: show, changesWorld: true },
  { method: 'POST', path, name: () => 'authorize.decision', handle: decide, changesWorld: true },
]);

export const authorizeErrorEndpoint: Endpoint = {
  method: 'GET',
  path: errorPath,
  name: () => 'authorize.error',
  handle: (_, call) => htmlAnswer(200, errorPage(call.query), pageHeaders),
};

function show(simulation: Simulation, call: Call): Answer {
  const { world } = simulation;
  return readAuthorizeRequest(world, call.query).match((request) => {
    const account = sessionAccount(world, call);
    const standing = account === null ? null : standingConsent(world, request, account.id);
    return account === null || standing === null
      ? htmlAnswer(200, consentPage(simulation, call, request, account?.id ?? null), pageHeaders)
      : finish(world, request, account.id, standing);
  }, showProblem);
}

function decide({ world }: Simulation, call: Call): Answer {
  return readAuthorizeRequest(world, call.query).match((request) => {
    const form = new URLSearchParams(call.body);
    if (form.get('decision') !== 'approve') return redirectAnswer(cancelled(request));
    const account = world.accounts.get(form.get('account') ?? '');
    if (account === undefined)
      return showProblem({ error: 'param_error', errorType: 'account', hint: 'The simulator knows no such account.' });
    return finish(world, request, account.id, [requiredScope, ...form.getAll('scope')]);
  }, showProblem);
}

function finish(world: World, request: AuthorizeRequest, accountId: string, ticked: readonly string[]): Answer {
  return approve(world, request, accountId, ticked).match(
    (callback) => redirectAnswer(callback, { 'set-cookie': sessionCookie(accountId) }),
    showProblem,
  );
}

function showProblem(problem: AuthorizeProblem): Answer {
  const query = new URLSearchParams({ error: problem.error });
  if (problem.errorCode !== undefined) query.set('errCode', String(problem.errorCode));
  query.set('error_type', problem.errorType);
  query.set('simulator_hint', problem.hint);
  return { ...redirectAnswer(`${errorPath}?${query.toString()}`), error: problem.errorType };
}
