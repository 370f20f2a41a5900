import { parseBase64Url } from './base64url.ts';
import { keyBytes } from './keyring.ts';

export const keyForms = '32 bytes as 64 hex digits, as base64, or exactly 32 characters';

const hex = /^[0-9a-f]{64}$/i;
const visibleAscii = /^[\x20-\x7e]{32}$/;

/** The 32 bytes that a key is written for; null when the text is no key. */
export const keyOfText = (text: string): Buffer | null => {
  if (visibleAscii.test(text)) return Buffer.from(text, 'ascii');
  if (hex.test(text)) return Buffer.from(text, 'hex');
  const bytes = parseBase64Url(text.replace(/=$/, '').replaceAll('+', '-').replaceAll('/', '_'));
  return bytes?.length === keyBytes ? bytes : null;
};
