import type { TikTokTransient, TikTokUnclear } from '../../application/ports/tiktok.ts';

/** Failures before a connection stood: nothing was sent. */
const notConnected: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'the connection was refused'],
  ['ENOTFOUND', 'the name has no address'],
  ['EAI_AGAIN', 'the name could not be looked up'],
  ['UND_ERR_CONNECT_TIMEOUT', 'no connection in time'],
  ['OUTBOUND_NOT_PUBLIC', 'the address is not a public one'],
  ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the certificate is not trusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the certificate is not trusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the certificate is not trusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the certificate is not trusted'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'the certificate is for another name'],
]);

const noAnswer: ReadonlyMap<string, string> = new Map([
  ['TimeoutError', 'no complete answer in time'],
  ['UND_ERR_HEADERS_TIMEOUT', 'no answer in time'],
  ['UND_ERR_BODY_TIMEOUT', 'the answer stopped in its middle'],
  ['OUTBOUND_TOO_SLOW', 'no complete answer in time'],
  ['OUTBOUND_REDIRECT', 'the answer was a redirect'],
  ['OUTBOUND_ENCODED', 'the answer was compressed'],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'the answer was too large'],
  ['UND_ERR_HEADERS_OVERFLOW', 'the headers of the answer were too large'],
  ['UND_ERR_SOCKET', 'the connection was cut'],
  ['ECONNRESET', 'the connection was cut'],
  ['EPIPE', 'the connection was cut'],
]);

/** What kind of failure a call ended with; empty where it does not say. */
export const callErrorCode = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  if (error.name === 'TimeoutError') return error.name;
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
};

/** Classes what went wrong on the way. Sentences are our own: an error's message may hold an address or more. */
export const callFailure = (error: unknown): TikTokTransient | TikTokUnclear => {
  const code = callErrorCode(error);
  const untouched = notConnected.get(code);
  return untouched === undefined
    ? { kind: 'TikTokUnclear', reason: noAnswer.get(code) ?? 'the answer was not HTTP, or the connection broke', logId: null }
    : { kind: 'TikTokTransient', tiktok: null, reason: untouched };
};
