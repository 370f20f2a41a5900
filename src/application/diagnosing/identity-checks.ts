import type { Result } from 'neverthrow';
import { failure, fine, type Finding } from './check.ts';

/** What the identity provider's key set holds. */
export type KeySet = Readonly<{ keys: number; usable: number }>;

export type Identity = Readonly<{
  url: string;
  /** Fetches the key set. On error why it could not be read, in words that end a sentence. */
  keySet: () => Promise<Result<KeySet, string>>;
}>;

export const identityFinding = (url: string, keySet: Result<KeySet, string>): Finding => {
  if (keySet.isErr()) {
    return failure(`The keys of the identity provider cannot be read from ${url}: ${keySet.error}.`, 'Check AUTH_JWKS_URL, and whether this machine may reach it. Until then no end user is let in.');
  }
  const { keys, usable } = keySet.value;
  if (usable === 0) {
    return failure(`None of the ${keys} keys at ${url} proves a signature that is accepted.`, 'Let the identity provider sign with an asymmetric algorithm (RS256, ES256, EdDSA, …), and check that AUTH_JWKS_URL is its key set.');
  }
  return fine(`The identity provider's key set is read, with ${usable} usable ${usable === 1 ? 'key' : 'keys'}.`);
};
