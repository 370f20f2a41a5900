import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Simulator } from '../../simulator/simulator.ts';

/** What an application that builds against the simulator would hold. */
export const verifier = 'dev-sim.verifier~0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const redirectUri = 'http://localhost:3000/api/tiktok/auth/callback';

const digest = createHash('sha256').update(verifier).digest();
export const hexChallenge = digest.toString('hex');
export const base64urlChallenge = digest.toString('base64url');

const tokensSchema = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  expires_in: z.number(),
  refresh_expires_in: z.number(),
  open_id: z.string(),
  scope: z.string(),
  token_type: z.string(),
});
export type Tokens = z.infer<typeof tokensSchema>;

type Parameters = Readonly<Record<string, string | undefined>>;

/** The authorize address; a parameter that is undefined is left out. */
export function authorizeUrl(simulator: Simulator, parameters: Parameters = {}): string {
  const all: Parameters = {
    client_key: simulator.app.clientKey,
    scope: 'user.info.basic,user.info.profile,video.list',
    response_type: 'code',
    redirect_uri: redirectUri,
    state: 'state-1',
    code_challenge: hexChallenge,
    code_challenge_method: 'S256',
    ...parameters,
  };
  return `${simulator.authorizeUrl}?${encoded(all).toString()}`;
}

export function encoded(parameters: Parameters): URLSearchParams {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) pairs.append(name, value);
  }
  return pairs;
}

/** Asks the control endpoint; a body makes it a POST unless a method is given. */
export async function control(
  simulator: Simulator,
  path: string,
  body?: unknown,
  method = body === undefined ? 'GET' : 'POST',
): Promise<unknown> {
  const response = await controlResponse(simulator, path, body, method);
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
  return response.json();
}

export async function controlResponse(simulator: Simulator, path: string, body: unknown, method = 'POST'): Promise<Response> {
  return fetch(`${simulator.controlUrl}${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
}

/** The callback address the browser would be sent to. */
export async function approve(
  simulator: Simulator,
  account: string,
  parameters: Parameters = {},
  scopes?: readonly string[],
): Promise<URL> {
  const answer = await control(simulator, '/authorize', { url: authorizeUrl(simulator, parameters), account, scopes });
  return new URL(z.object({ callback_url: z.string() }).parse(answer).callback_url);
}

export async function postForm(simulator: Simulator, path: string, fields: Parameters): Promise<Response> {
  return fetch(`${simulator.apiUrl}${path}`, { method: 'POST', body: encoded(fields) });
}

const credentials = (simulator: Simulator): Parameters => ({
  client_key: simulator.app.clientKey,
  client_secret: simulator.app.clientSecret,
});

export async function exchange(simulator: Simulator, code: string | null, fields: Parameters = {}): Promise<Response> {
  return postForm(simulator, '/v2/oauth/token/', {
    ...credentials(simulator),
    grant_type: 'authorization_code',
    code: code ?? undefined,
    redirect_uri: redirectUri,
    code_verifier: verifier,
    ...fields,
  });
}

export async function refresh(simulator: Simulator, token: string, fields: Parameters = {}): Promise<Response> {
  return postForm(simulator, '/v2/oauth/token/', {
    ...credentials(simulator),
    grant_type: 'refresh_token',
    refresh_token: token,
    ...fields,
  });
}

export async function revoke(simulator: Simulator, token: string, fields: Parameters = {}): Promise<Response> {
  return postForm(simulator, '/v2/oauth/revoke/', { ...credentials(simulator), token, ...fields });
}

export async function tokensOf(response: Response): Promise<Tokens> {
  return tokensSchema.parse(await response.json());
}

/** Connects an account: consent and exchange. */
export async function connect(
  simulator: Simulator,
  account: string,
  parameters: Parameters = {},
  scopes?: readonly string[],
): Promise<Tokens> {
  const callback = await approve(simulator, account, parameters, scopes);
  return tokensOf(await exchange(simulator, callback.searchParams.get('code')));
}

export async function userInfo(simulator: Simulator, accessToken: string, fields = 'open_id,display_name'): Promise<Response> {
  return fetch(`${simulator.apiUrl}/v2/user/info/?fields=${fields}`, { headers: { authorization: `Bearer ${accessToken}` } });
}
