import { err, ok, type Result } from 'neverthrow';
import type { SimulatedApp } from '../world/app.ts';
import type { RefreshToken } from '../world/grant.ts';
import { now, type World } from '../world/world.ts';
import { malformed, refusal, type ClientForm, type Refusal } from './client-check.ts';
import { effectiveScopes, issueAccessToken, issueRefreshToken, livingGrant, tokenBody, type TokenBody } from './tokens.ts';

/** Hands out a new access token, and a new refresh token as the app's rotation says. Older access tokens live on. */
export function refresh(world: World, { app, fields }: ClientForm): Result<TokenBody, Refusal> {
  const text = fields.get('refresh_token');
  if (!text) return err(malformed);
  const at = now(world);
  const token = world.refreshTokens.get(text);
  const grant = token === undefined ? null : livingGrant(world, token);
  if (token === undefined || grant === null || token.clientKey !== app.clientKey || !isTaken(token, at) || app.rotation === 'refuse') {
    return err(refusal('invalid_grant', 'Refresh token is invalid or expired.'));
  }
  const held = { ...token, scopes: [...effectiveScopes(grant, token)] };
  const access = issueAccessToken(world, app, held, at);
  return ok(tokenBody(grant, access, rotated(world, app, held, at)));
}

function isTaken(token: RefreshToken, at: number): boolean {
  const inGrace = token.endedBy === 'rotated' && token.graceUntil !== null && at < token.graceUntil;
  return at < token.expiresAt && (token.endedBy === null || inGrace);
}

function rotated(world: World, app: SimulatedApp, token: RefreshToken, at: number): RefreshToken {
  const expiresAt = app.refreshLifetimeRestarts ? at + app.lifetimes.refreshTokenSeconds * 1000 : token.expiresAt;
  if (app.rotation === 'same') {
    const kept = { ...token, expiresAt };
    world.refreshTokens.set(token.token, kept);
    return kept;
  }
  const graceUntil = token.graceUntil ?? (app.rotation === 'rotate-grace' ? at + app.graceSeconds * 1000 : null);
  world.refreshTokens.set(token.token, { ...token, endedBy: 'rotated', graceUntil });
  return issueRefreshToken(world, token, at, expiresAt);
}
