import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Simulator } from '../../simulator/simulator.ts';
import type { SimulatorControl } from './simulator-control.ts';

const verifier = 'made-up.verifier~0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const answered = z.object({ access_token: z.string(), refresh_token: z.string(), open_id: z.string() });

export type TikTokGrant = Readonly<{ accessToken: string; refreshToken: string; openId: string }>;

/** A new account consents to the app through somebody else's software: the tokens are real, and this service knows nothing of them. */
export const grantFromTikTok = async (simulator: Simulator, control: SimulatorControl, account: string): Promise<TikTokGrant> => {
  await control.addAccount(account);
  const { clientKey, clientSecret } = simulator.app;
  const redirectUri = 'http://localhost:3000/api/tiktok/auth/callback';
  const consent = new URLSearchParams({
    client_key: clientKey,
    scope: 'user.info.basic,video.publish',
    response_type: 'code',
    redirect_uri: redirectUri,
    state: 'state',
    code_challenge: createHash('sha256').update(verifier).digest('hex'),
    code_challenge_method: 'S256',
  });
  const callback = await control.decide(`${simulator.authorizeUrl}?${consent.toString()}`, { account });
  const exchange = new URLSearchParams({
    client_key: clientKey,
    client_secret: clientSecret,
    grant_type: 'authorization_code',
    redirect_uri: redirectUri,
    code: callback.searchParams.get('code') ?? '',
    code_verifier: verifier,
  });
  const answer = await fetch(`${simulator.apiUrl}/v2/oauth/token/`, { method: 'POST', body: exchange });
  const { access_token: accessToken, refresh_token: refreshToken, open_id: openId } = answered.parse(await answer.json());
  return { accessToken, refreshToken, openId };
};
