import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { KeySet } from '../../../application/diagnosing/identity-checks.ts';
import { acceptedAlgorithms } from './accepted-algorithms.ts';
import type { GuardedFetch } from './user-token.ts';

const limitMillis = 5_000;

const key = z.object({ kty: z.string(), use: z.string().optional(), alg: z.string().optional(), crv: z.string().optional() });
const keySet = z.object({ keys: z.array(z.unknown()) });

const accepted: ReadonlySet<string> = new Set(acceptedAlgorithms);
const kinds = new Set(['RSA', 'EC', 'OKP']);

const isUsable = (found: unknown): boolean => {
  const parsed = key.safeParse(found);
  if (!parsed.success) return false;
  const { kty, use = 'sig', alg, crv } = parsed.data;
  return kinds.has(kty) && use === 'sig' && (alg === undefined || accepted.has(alg)) && crv !== 'X25519';
};

const wordsOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `no answer within ${limitMillis / 1_000} s`;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};

/** Fetches the identity provider's key set once. On error why it cannot be read. */
export const readKeySet = async (url: string, fetchKeys: GuardedFetch): Promise<Result<KeySet, string>> => {
  try {
    const answer = await fetchKeys(url, { method: 'GET', headers: { accept: 'application/json' }, signal: AbortSignal.timeout(limitMillis) });
    if (answer.status !== 200) return err(`it answers with status ${answer.status}`);
    const parsed = keySet.safeParse(JSON.parse(await answer.text()));
    if (!parsed.success) return err('its answer is no key set');
    return ok({ keys: parsed.data.keys.length, usable: parsed.data.keys.filter(isUsable).length });
  } catch (error) {
    return err(error instanceof SyntaxError ? 'its answer is not JSON' : wordsOf(error));
  }
};
