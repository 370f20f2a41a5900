import type { KeyObject } from 'node:crypto';
import { decrypt, encrypt, ivBytes, tagBytes } from './aes-256-gcm.ts';
import { parseBase64Url } from './base64url.ts';
import { newInitialisationVector } from './initialisation-vectors.ts';

/**
 * `<version>.<key id>.<base64url of iv, ciphertext, tag>`. Version and key id are authenticated together with the
 * place the value belongs to, so that no part of the text can be changed and nothing opens elsewhere.
 */
export type Envelope = Readonly<{ version: string; keyId: string; body: Buffer }>;

const shape = /^([a-z]+[0-9]+)\.([0-9A-Za-z_-]{1,64})\.([0-9A-Za-z_-]+)$/;

/** @returns null when the text is not an envelope of any version */
export const parseEnvelope = (text: string): Envelope | null => {
  const [, version, keyId, encoded] = shape.exec(text) ?? [];
  if (version === undefined || keyId === undefined || encoded === undefined) return null;
  const body = parseBase64Url(encoded);
  return body === null || body.length < ivBytes + tagBytes ? null : { version, keyId, body };
};

/** A JSON list: no two lists of parts give the same bytes. */
const associatedData = (version: string, keyId: string, place: readonly (string | number)[]): Buffer =>
  Buffer.from(JSON.stringify([version, keyId, ...place]), 'utf8');

export const sealEnvelope = (
  version: string,
  keyId: string,
  key: KeyObject,
  place: readonly (string | number)[],
  plain: Buffer,
): string => {
  const iv = newInitialisationVector();
  const ciphertext = encrypt(key, iv, plain, associatedData(version, keyId, place));
  return `${version}.${keyId}.${Buffer.concat([iv, ciphertext]).toString('base64url')}`;
};

/** @returns null when the envelope was altered, or sealed with another key or for another place */
export const openEnvelope = (
  { version, keyId, body }: Envelope,
  key: KeyObject,
  place: readonly (string | number)[],
): Buffer | null =>
  decrypt(key, body.subarray(0, ivBytes), body.subarray(ivBytes), associatedData(version, keyId, place));
