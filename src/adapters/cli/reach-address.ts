import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { err, ok, type Result } from 'neverthrow';
import type { Reach } from '../../application/diagnosing/provider-checks.ts';

const limitMillis = 5_000;

const wordsOf = (error: Error): string => {
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return `no answer within ${limitMillis / 1_000} s`;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
};

/** Asks for the head of a page; any answer at all will do. Follows nothing, sends nothing but the address. */
export const reachAddress: Reach = (url) => {
  const begun = performance.now();
  const send = new URL(url).protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise<Result<number, string>>((resolve) => {
    const request = send(url, { method: 'HEAD', agent: false, signal: AbortSignal.timeout(limitMillis) }, (response) => {
      response.resume();
      request.destroy();
      resolve(ok(Math.round(performance.now() - begun)));
    });
    request.on('error', (error) => resolve(err(wordsOf(error))));
    request.end();
  });
};
