import { err, ok, type Result } from 'neverthrow';
import { drawDigits, drawText } from '../world/draw.ts';
import { grantKey, type Grant } from '../world/grant.ts';
import { nextSerial, now, type World } from '../world/world.ts';
import type { AuthorizeProblem, AuthorizeRequest } from './authorize-request.ts';
import { openIdOf } from './identifiers.ts';

/**
 * Concludes a request as the person decided: records the consent, and returns the address the browser is sent to, with
 * a new code in it. A sandbox app lets in its target accounts only.
 * @param ticked what the person allows; scopes that were not asked for are left aside
 */
export function approve(
  world: World,
  request: AuthorizeRequest,
  accountId: string,
  ticked: readonly string[],
): Result<string, AuthorizeProblem> {
  if (request.app.mode === 'sandbox' && !request.app.targetAccounts.includes(accountId)) {
    const hint = `The account ${accountId} is not among the target accounts of this sandbox app.`;
    return err({ error: 'access_denied', errorType: 'non_sandbox_target', hint });
  }
  const scopes = request.scopes.filter((scope) => ticked.includes(scope));
  const grant = renewedGrant(world, request, accountId, scopes);
  world.grants.set(grantKey(grant.clientKey, accountId), grant);
  const code = newCode(world, grant);
  world.codes.set(code, {
    code,
    clientKey: grant.clientKey,
    accountId,
    generation: grant.generation,
    scopes,
    issuedAt: now(world),
    expiresAt: now(world) + request.app.lifetimes.codeSeconds * 1000,
    redirectUri: request.redirectUri,
    challenge: request.challenge,
    endedBy: null,
  });
  return ok(callbackUrl(request, { code, scopes: scopes.join(','), state: request.state }));
}

/** The scopes that need no new consent, or null when the person has to be asked. */
export function standingConsent(world: World, request: AuthorizeRequest, accountId: string): readonly string[] | null {
  const grant = world.grants.get(grantKey(request.app.clientKey, accountId));
  if (request.alwaysAsk || grant === undefined || grant.revokedAt !== null) return null;
  return request.scopes.every((scope) => grant.scopes.includes(scope)) ? request.scopes : null;
}

/** The address the browser is sent to when the person presses Cancel. */
export function cancelled(request: AuthorizeRequest): string {
  return callbackUrl(request, { error: 'access_denied', error_description: 'User canceled the authorization', state: request.state });
}

/** Scopes allowed earlier and not asked about this time stay allowed. */
function renewedGrant(world: World, { app, scopes: asked }: AuthorizeRequest, accountId: string, scopes: readonly string[]): Grant {
  const { clientKey } = app;
  const former = world.grants.get(grantKey(clientKey, accountId));
  const living = former !== undefined && former.revokedAt === null ? former : undefined;
  return {
    clientKey,
    accountId,
    openId: openIdOf(clientKey, accountId),
    scopes: [...(living?.scopes ?? []).filter((scope) => !asked.includes(scope)), ...scopes],
    generation: living?.generation ?? (former?.generation ?? 0) + 1,
    grantedAt: now(world),
    revokedAt: null,
    revokedBy: null,
  };
}

function newCode(world: World, grant: Grant): string {
  const serial = nextSerial(world, `code ${grant.clientKey}/${grant.accountId}`);
  const parts = ['code', grant.clientKey, grant.accountId, serial] as const;
  return `SIM${drawText(world.seed, 61, ...parts)}*${serial % 10}!${drawDigits(world.seed, 4, ...parts)}.va`;
}

function callbackUrl(request: AuthorizeRequest, parameters: Readonly<Record<string, string>>): string {
  const encoded = Object.entries(parameters).map(
    ([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('*', '%2A').replaceAll('!', '%21')}`,
  );
  return `${request.redirectUri}?${encoded.join('&')}`;
}
