import { err, ok, type Result } from 'neverthrow';
import { now, type World } from '../world/world.ts';
import { malformed, refusal, type ClientForm, type Refusal } from './client-check.ts';
import { verifierMatches } from './pkce.ts';
import { issueAccessToken, issueRefreshToken, livingGrant, tokenBody, type TokenBody } from './tokens.ts';

/** Exchanges a code, once. A refused exchange leaves the code as it was. */
export function exchangeCode(world: World, { app, fields }: ClientForm): Result<TokenBody, Refusal> {
  const text = fields.get('code');
  if (!text) return err(malformed);
  const at = now(world);
  const code = world.codes.get(text);
  const grant = code === undefined ? null : livingGrant(world, code);
  if (code === undefined || grant === null || code.clientKey !== app.clientKey || code.endedBy !== null || code.expiresAt <= at) {
    return err(refusal('invalid_grant', 'Authorization code is expired.'));
  }
  if (fields.get('redirect_uri') !== code.redirectUri) {
    return err(refusal('invalid_request', 'Redirect_uri is not matched with the uri when requesting code.'));
  }
  if (code.challenge !== null && !verifierMatches(app, code.challenge, fields.get('code_verifier'))) {
    return err(refusal('invalid_request', 'Code verifier or code challenge is invalid.'));
  }
  world.codes.set(text, { ...code, endedBy: 'used' });
  const access = issueAccessToken(world, app, code, at);
  return ok(tokenBody(grant, access, issueRefreshToken(world, code, at, at + app.lifetimes.refreshTokenSeconds * 1000)));
}
