import { createHash } from 'node:crypto';
import type { Secret } from '../../domain/values/secret.ts';

export const pkceModes = ['off', 'hex', 'base64url'] as const;
/** How the challenge is spelt. TikTok documents hex, RFC 7636 base64url; TikTok calls both `S256`. */
export type PkceMode = (typeof pkceModes)[number];

/** @param codeVerifier 43 to 128 characters of `A-Z a-z 0-9 - . _ ~` */
export const codeChallenge = (codeVerifier: Secret<string>, mode: Exclude<PkceMode, 'off'>): string =>
  createHash('sha256').update(codeVerifier.reveal(), 'ascii').digest(mode);
