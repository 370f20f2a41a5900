import { err, ok, type Result } from 'neverthrow';
import type { UserId } from '../../domain/values/ids.ts';
import { plusMillis, type Instant } from '../../domain/values/instant.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import type { Unavailable } from '../failures.ts';
import type { ConnectSessions } from '../ports/connect-sessions.ts';
import { allowedReturn, type ReturnRefused } from './return-address.ts';
import { startAuthorization, type Started, type StartPorts } from './start-authorization.ts';

export interface ConnectLinkPorts extends StartPorts {
  readonly sessions: ConnectSessions;
}

export type ConnectLinkRequest = Readonly<{
  userId: UserId;
  returnTo: string | null;
  scopes: readonly Scope[] | null;
  addAccount: boolean;
}>;

export type ConnectLink = Readonly<{ token: Secret<string>; connectUrl: Secret<string>; expiresAt: Instant }>;

export const connectLinkLifetimeMillis = 15 * 60_000;

/** Makes a link that lets the named user connect one account, once, within 15 minutes. */
export const createConnectLink = async (
  ports: ConnectLinkPorts,
  request: ConnectLinkRequest,
): Promise<Result<ConnectLink, ReturnRefused | Unavailable>> => {
  const { ids, settings } = ports;
  const returnTo = request.returnTo === null ? null : allowedReturn(request.returnTo, settings.returnUrlAllowlist);
  if (returnTo !== null && !(returnTo instanceof URL)) return err(returnTo);
  const token = ids.token();
  const expiresAt = plusMillis(ports.clock.now(), connectLinkLifetimeMillis);
  const opened = await ports.sessions.open({
    tokenDigest: ids.digest(token),
    userId: request.userId,
    returnTo: returnTo?.href ?? null,
    scopes: request.scopes,
    addAccount: request.addAccount,
    expiresAt,
  });
  if (opened.isErr()) return err(opened.error);
  const connectUrl = secret(`${settings.publicUrl}/api/tiktok/auth/authorize?session=${token.reveal()}`);
  return ok({ token, connectUrl, expiresAt });
};

/** The link is unknown, expired, or was used before. */
export type LinkSpent = Readonly<{ kind: 'LinkSpent' }>;

/** What whoever follows a link asks for beside what it carries. */
export type LinkWishes = Pick<ConnectLinkRequest, 'returnTo' | 'scopes' | 'addAccount'>;

/** Uses a connect link up and begins its authorization. The wishes go before what the link carries; the user is the link's. */
export const followConnectLink = async (
  ports: ConnectLinkPorts,
  token: Secret<string>,
  wishes: LinkWishes,
): Promise<Result<Started, LinkSpent | ReturnRefused | Unavailable>> => {
  const redeemed = await ports.sessions.redeem(ports.ids.digest(token));
  if (redeemed.isErr()) return err(redeemed.error);
  const session = redeemed.value;
  if (session === null) return err({ kind: 'LinkSpent' });
  const { userId, returnTo, scopes, addAccount } = session;
  return startAuthorization(ports, {
    userId,
    returnTo: wishes.returnTo ?? returnTo,
    scopes: wishes.scopes ?? scopes,
    addAccount: wishes.addAccount || addAccount,
    viaConnectLink: true,
  });
};
