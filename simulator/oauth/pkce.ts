import { createHash } from 'node:crypto';
import type { SimulatedApp } from '../world/app.ts';
import { isLoopback } from './redirect-uri.ts';

const hexChallenge = /^[0-9a-f]{64}$/;
const base64urlChallenge = /^[A-Za-z0-9_-]{43}$/;
const verifierForm = /^[A-Za-z0-9\-._~]{43,128}$/;

export function isDesktop(app: SimulatedApp, redirectUri: string): boolean {
  return app.platform === 'desktop' || (app.platform === 'by_redirect' && isLoopback(redirectUri));
}

/** The `error_type` of the page shown for these parameters, or null when they are in order. */
export function challengeProblem(
  app: SimulatedApp,
  redirectUri: string,
  challenge: string | null,
  method: string | null,
): 'code_challenge' | 'code_challenge_method' | null {
  if (!isDesktop(app, redirectUri)) {
    return app.webPkce === 'refuse' && (challenge ?? method) !== null ? 'code_challenge_method' : null;
  }
  if (challenge === null || !isAcceptedForm(app, challenge)) return 'code_challenge';
  return method === 'S256' ? null : 'code_challenge_method';
}

/** TikTok's challenge is the hex text of the digest, not RFC 7636's base64url. */
export function verifierMatches(app: SimulatedApp, challenge: string, verifier: string | undefined): boolean {
  if (verifier === undefined || !verifierForm.test(verifier)) return false;
  const digest = createHash('sha256').update(verifier).digest();
  return digest.toString('hex') === challenge || (app.base64urlPkce && digest.toString('base64url') === challenge);
}

function isAcceptedForm(app: SimulatedApp, challenge: string): boolean {
  return hexChallenge.test(challenge) || (app.base64urlPkce && base64urlChallenge.test(challenge));
}
