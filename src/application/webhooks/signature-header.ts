import { err, ok, type Result } from 'neverthrow';

export type SignatureHeader = Readonly<{
  /** Unix seconds, as TikTok wrote them: the signature is over this text. */
  timestamp: string;
  seconds: number;
  /** 64 lower-case hex digits. */
  signature: string;
}>;

/** What is wrong, in words that repeat nothing of the header. */
export type MalformedSignature = Readonly<{ kind: 'MalformedSignature'; reason: string }>;

const longestHeader = 512;
const unixSeconds = /^[1-9][0-9]{0,11}$/;
const hmacHex = /^[0-9a-fA-F]{64}$/;

const malformed = (reason: string): Result<never, MalformedSignature> => err({ kind: 'MalformedSignature', reason });

/** Optional white space of HTTP: blanks and tabs. */
const trimmed = (text: string): string => text.replace(/^[ \t]+|[ \t]+$/g, '');

/**
 * Reads `t=<unix seconds>,s=<hex of HMAC-SHA256>`, in any order; names that we do not know are passed over, for only `t`
 * and the body are signed. A header sent twice arrives joined, and so with `t` twice, which is refused.
 */
export const parseSignatureHeader = (header: string): Result<SignatureHeader, MalformedSignature> => {
  if (header.length > longestHeader) return malformed('is too long');
  const fields = new Map<string, string>();
  for (const part of header.split(',')) {
    const cut = part.indexOf('=');
    if (cut === -1) return malformed('has a part without "="');
    const name = trimmed(part.slice(0, cut));
    if (fields.has(name)) return malformed('names a part twice');
    fields.set(name, trimmed(part.slice(cut + 1)));
  }
  const timestamp = fields.get('t');
  const signature = fields.get('s');
  if (timestamp === undefined || signature === undefined) return malformed('needs "t" and "s"');
  if (!unixSeconds.test(timestamp)) return malformed('has a "t" that is no time in seconds');
  if (!hmacHex.test(signature)) return malformed('has an "s" that is not 64 hex digits');
  return ok({ timestamp, seconds: Number(timestamp), signature: signature.toLowerCase() });
};
