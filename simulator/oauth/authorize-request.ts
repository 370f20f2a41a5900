import { err, ok, type Result } from 'neverthrow';
import type { SimulatedApp } from '../world/app.ts';
import type { World } from '../world/world.ts';
import { challengeProblem } from './pkce.ts';
import { isRegistered } from './redirect-uri.ts';

/** A request that TikTok would show its consent page for. */
export type AuthorizeRequest = Readonly<{
  app: SimulatedApp;
  redirectUri: string;
  scopes: readonly string[];
  state: string;
  challenge: string | null;
  alwaysAsk: boolean;
}>;

/** What the error page says; the application's callback never hears of it. */
export type AuthorizeProblem = Readonly<{ error: string; errorType: string; errorCode?: number; hint: string }>;

/** Checks the query of the authorize address in TikTok's order: key, redirect, response type, scope, state, PKCE. */
export function readAuthorizeRequest(world: World, query: URLSearchParams): Result<AuthorizeRequest, AuthorizeProblem> {
  const clientKey = query.get('client_key');
  if (clientKey === null || clientKey === '') {
    const sentClientId = query.has('client_id') ? 'TikTok wants `client_key`, not `client_id`.' : 'The parameter `client_key` is missing.';
    return err({ error: 'param_error', errorType: 'client_key', errorCode: 10_003, hint: sentClientId });
  }
  const app = world.apps.get(clientKey);
  if (app === undefined || app.status === 'draft') {
    const hint =
      app === undefined
        ? 'No app has this client key (is it of the other environment, or the secret?).'
        : 'This app is a draft: it is not live yet.';
    return err({ error: 'unauthorized_client', errorType: 'client_key', hint });
  }
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!isRegistered(app.redirectUris, redirectUri)) {
    const hint = `The redirect URI must be one of those registered, byte for byte: ${app.redirectUris.join(', ') || '(none)'}`;
    return err({ error: 'param_error', errorType: 'redirect_uri', hint });
  }
  return readRest(app, redirectUri, query);
}

function readRest(app: SimulatedApp, redirectUri: string, query: URLSearchParams): Result<AuthorizeRequest, AuthorizeProblem> {
  if (query.get('response_type') !== 'code') {
    return err({ error: 'param_error', errorType: 'response_type', hint: 'The parameter `response_type` must be `code`.' });
  }
  const scopes = [...new Set((query.get('scope') ?? '').split(','))];
  const refused = scopes.filter((scope) => !app.scopes.includes(scope));
  if (refused.length > 0) {
    const hint = `Not enabled for this app: ${refused.map((scope) => JSON.stringify(scope)).join(', ')}. Scopes are separated by commas, without spaces.`;
    return err({ error: 'param_error', errorType: 'scope', hint });
  }
  const state = query.get('state');
  if (state === null || state === '') {
    return err({ error: 'param_error', errorType: 'state', hint: 'The parameter `state` is missing.' });
  }
  const challenge = query.get('code_challenge');
  const problem = challengeProblem(app, redirectUri, challenge, query.get('code_challenge_method'));
  if (problem !== null) {
    const hint =
      'Desktop apps send code_challenge = hex(SHA-256(verifier)), 64 lower-case digits, and code_challenge_method=S256; a web app may be told not to send either.';
    return err({ error: 'param_error', errorType: problem, ...(problem === 'code_challenge' ? { errorCode: 10_007 } : {}), hint });
  }
  return ok({ app, redirectUri, scopes, state, challenge, alwaysAsk: query.get('disable_auto_auth') === '1' });
}
