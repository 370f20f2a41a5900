import { createHash } from 'node:crypto';
import { z } from 'zod';
import { simulatedApp } from '../../simulator/world/app.ts';

const verifier = 'v'.repeat(64);
const returnTo = 'http://localhost:9/callback';
const atOnce = 16;

const approved = z.object({ callback_url: z.url() });
const exchanged = z.object({ access_token: z.string() });

const control = async (url: string, path: string, method: 'POST' | 'PATCH', body: unknown): Promise<unknown> => {
  const answer = await fetch(`${url}/_control${path}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the simulator answered ${answer.status} to ${path}`);
  return answer.json();
};

const connect = async (url: string, account: string): Promise<string> => {
  const { clientKey, clientSecret } = simulatedApp();
  const page = new URL('/v2/auth/authorize/', url);
  page.search = new URLSearchParams({
    client_key: clientKey,
    response_type: 'code',
    scope: 'user.info.basic,video.publish',
    state: 'bench',
    redirect_uri: returnTo,
    code_challenge: createHash('sha256').update(verifier).digest('hex'),
    code_challenge_method: 'S256',
  }).toString();
  const { callback_url } = approved.parse(await control(url, '/authorize', 'POST', { account, url: page.href }));
  const code = new URL(callback_url).searchParams.get('code') ?? '';
  const body = new URLSearchParams({ client_key: clientKey, client_secret: clientSecret, code, grant_type: 'authorization_code', redirect_uri: returnTo, code_verifier: verifier });
  return exchanged.parse(await (await fetch(`${url}/v2/oauth/token/`, { method: 'POST', body })).json()).access_token;
};

/** Has a simulator make posts of whatever it has whole, at once, for so many accounts. @returns their access tokens */
export const connectSimulatedAccounts = async (url: string, count: number): Promise<readonly string[]> => {
  await control(url, '/settings', 'PATCH', { publishing: { processing_ms: 0, moderation_ms: 0 } });
  const ids = Array.from({ length: count }, (_, number) => `bench-${number}`);
  await control(url, '/accounts', 'POST', ids.map((id) => ({ id, username: id, display_name: id })));
  const tokens: string[] = [];
  for (let from = 0; from < count; from += atOnce) {
    tokens.push(...(await Promise.all(ids.slice(from, from + atOnce).map((id) => connect(url, id)))));
  }
  return tokens;
};
