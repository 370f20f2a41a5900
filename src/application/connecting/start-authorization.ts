import { err, ok, type Result } from 'neverthrow';
import type { UserId } from '../../domain/values/ids.ts';
import { plusMillis } from '../../domain/values/instant.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import { basicScope, scopeSet, type Scope } from '../../domain/values/scopes.ts';
import type { Unavailable } from '../failures.ts';
import type { AuthorizationAttempts } from '../ports/authorization-attempts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Connections } from '../ports/connections.ts';
import type { Ids } from '../ports/ids.ts';
import type { ConnectSettings } from '../ports/settings.ts';
import type { TikTokAuthorization } from '../ports/tiktok.ts';
import { allowedReturn, type ReturnRefused } from './return-address.ts';

export interface StartPorts {
  readonly attempts: AuthorizationAttempts;
  readonly connections: Connections;
  readonly tiktok: TikTokAuthorization;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly settings: ConnectSettings;
}

export type StartRequest = Readonly<{
  userId: UserId;
  returnTo: string | null;
  /** Null asks for the configured ones; `user.info.basic` is always among what is asked. */
  scopes: readonly Scope[] | null;
  addAccount: boolean;
  viaConnectLink: boolean;
}>;

export type Started = Readonly<{
  /** TikTok's page. Carries the state. */
  redirectTo: Secret<string>;
  /** Binds the flow to this browser; goes into a cookie for `lifetimeSeconds`. */
  flowCookie: Secret<string>;
  lifetimeSeconds: number;
}>;

export const attemptLifetimeSeconds = 600;

/**
 * The PKCE verifier of a flow is derived from its cookie, which only that browser has, so that nothing
 * secret of a flow stands on the server.
 */
export const verifierOf = (ids: Ids, flowCookie: Secret<string>): Secret<string> =>
  secret(ids.digest(secret(`pkce:${flowCookie.reveal()}`)));

const needsConsent = async (connections: Connections, userId: UserId): Promise<boolean> => {
  const page = await connections.list({
    viewer: { kind: 'owner', userId },
    userId: null,
    openId: null,
    statuses: ['reauthorization_required'],
    limit: 1,
    cursor: null,
  });
  return page.isOk() && page.value.connections.length > 0;
};

/** Begins one run through TikTok's authorize page. */
export const startAuthorization = async (
  ports: StartPorts,
  request: StartRequest,
): Promise<Result<Started, ReturnRefused | Unavailable>> => {
  const { ids, settings } = ports;
  const returnTo = request.returnTo === null ? new URL(settings.returnUrl) : allowedReturn(request.returnTo, settings.returnUrlAllowlist);
  if (!(returnTo instanceof URL)) return err(returnTo);
  const state = ids.token();
  const flowCookie = ids.token();
  const opened = await ports.attempts.open({
    id: ids.authorizationId(),
    stateDigest: ids.digest(state),
    cookieDigest: ids.digest(flowCookie),
    userId: request.userId,
    returnTo: returnTo.href,
    viaConnectLink: request.viaConnectLink,
    expiresAt: plusMillis(ports.clock.now(), attemptLifetimeSeconds * 1_000),
  });
  if (opened.isErr()) return err(opened.error);
  const redirectTo = ports.tiktok.authorizeUrl({
    state,
    scopes: scopeSet([basicScope, ...(request.scopes ?? settings.defaultScopes)]),
    codeVerifier: ports.tiktok.usesPkce ? verifierOf(ids, flowCookie) : null,
    disableAutoAuth: request.addAccount || (await needsConsent(ports.connections, request.userId)),
  });
  return ok({ redirectTo, flowCookie, lifetimeSeconds: attemptLifetimeSeconds });
};
