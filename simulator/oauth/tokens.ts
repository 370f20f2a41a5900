import type { SimulatedApp } from '../world/app.ts';
import { drawDigits, drawText } from '../world/draw.ts';
import { grantKey, type AccessToken, type Grant, type RefreshToken } from '../world/grant.ts';
import { nextSerial, type World } from '../world/world.ts';

/** A successful answer of the token endpoint. */
export type TokenBody = Readonly<{
  access_token: string;
  expires_in: number;
  token_type: string;
  open_id?: string;
  refresh_token?: string;
  refresh_expires_in?: number;
  scope?: string;
}>;

type Held = Readonly<{ clientKey: string; accountId: string; generation: number; scopes: readonly string[] }>;

/** The living consent a code or token rests on, or null when it was taken back since. */
export function livingGrant(world: World, held: Held): Grant | null {
  const grant = world.grants.get(grantKey(held.clientKey, held.accountId));
  return grant === undefined || grant.revokedAt !== null || grant.generation !== held.generation ? null : grant;
}

/** What is left of a token's scopes now: those the person still allows. */
export function effectiveScopes(grant: Grant, held: Held): readonly string[] {
  return held.scopes.filter((scope) => grant.scopes.includes(scope));
}

/** @param at ms since the epoch, one moment for everything a call issues */
export function issueAccessToken(world: World, app: SimulatedApp, held: Held, at: number): AccessToken {
  const expiresAt = at + app.lifetimes.accessTokenSeconds * 1000;
  const token: AccessToken = { ...heldBy(held), token: newToken(world, 'act', held), issuedAt: at, expiresAt, endedBy: null };
  world.accessTokens.set(token.token, token);
  return token;
}

/** @param at, expiresAt ms since the epoch */
export function issueRefreshToken(world: World, held: Held, at: number, expiresAt: number): RefreshToken {
  const token: RefreshToken = {
    ...heldBy(held),
    token: newToken(world, 'rft', held),
    issuedAt: at,
    expiresAt,
    endedBy: null,
    graceUntil: null,
  };
  world.refreshTokens.set(token.token, token);
  return token;
}

export function tokenBody(grant: Grant, access: AccessToken, refresh: RefreshToken): TokenBody {
  return {
    access_token: access.token,
    expires_in: secondsBetween(access.issuedAt, access.expiresAt),
    open_id: grant.openId,
    refresh_expires_in: secondsBetween(access.issuedAt, refresh.expiresAt),
    refresh_token: refresh.token,
    scope: access.scopes.join(','),
    token_type: 'Bearer',
  };
}

function heldBy({ clientKey, accountId, generation, scopes }: Held): Held & { scopes: string[] } {
  return { clientKey, accountId, generation, scopes: [...scopes] };
}

function newToken(world: World, prefix: 'act' | 'rft', held: Held): string {
  const serial = nextSerial(world, `${prefix} ${held.clientKey}/${held.accountId}`);
  const parts = [prefix, held.clientKey, held.accountId, serial] as const;
  return `${prefix}.SIM${drawText(world.seed, 57, ...parts)}!${drawDigits(world.seed, 4, ...parts)}.va`;
}

const secondsBetween = (from: number, to: number): number => Math.floor((to - from) / 1000);
