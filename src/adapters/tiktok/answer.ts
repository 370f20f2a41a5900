import { request, type Dispatcher } from 'undici';
import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { TikTokCallWatch } from '../../application/ports/tiktok-calls.ts';
import type { TikTokTransient, TikTokUnclear } from '../../application/ports/tiktok.ts';
import { callFailure } from './call-failure.ts';
import { parseJsonObject, type JsonObject } from './json-object.ts';
import type { TikTokRequest } from './request.ts';

/** What came back, read as far as every endpoint needs it. */
export type TikTokAnswer = Readonly<{
  status: number;
  /** The header `x-tt-logid`. */
  headerLogId: string | null;
  /** Null when the body is empty; a sentence when it can't be read. */
  body: Result<JsonObject | null, string>;
}>;

/** `watch`: is told of every call. */
export type Wire = Readonly<{ apiUrl: string; dispatcher: Dispatcher; watch?: TikTokCallWatch }>;

const jsonType = /^(?:application\/(?:[\w.-]+\+)?json|text\/(?:json|plain))\s*(?:;|$)/i;
const otherCharset = /;\s*charset\s*=\s*"?(?!utf-?8\b)/i;

/** Why a body can't be read, where somebody else than TikTok seems to have answered. */
export const foreignType = 'not JSON by its content type';

const bodyOf = (bytes: ArrayBuffer, contentType: string): TikTokAnswer['body'] => {
  if (bytes.byteLength === 0) return ok(null);
  if (contentType !== '' && !jsonType.test(contentType)) return err(foreignType);
  if (otherCharset.test(contentType)) return err('in another charset than UTF-8');
  return parseJsonObject(bytes);
};

const only = (header: string | string[] | undefined): string | null => (typeof header === 'string' ? header : null);

const exchange = async (wire: Wire, { method, path, headers, body }: TikTokRequest, timeoutMillis: number): Promise<TikTokAnswer> => {
  const signal = AbortSignal.timeout(timeoutMillis);
  const answer = await request(new URL(path, wire.apiUrl), { dispatcher: wire.dispatcher, method, headers, body, signal });
  const bytes = await answer.body.arrayBuffer();
  return {
    status: answer.statusCode,
    headerLogId: only(answer.headers['x-tt-logid']),
    body: bodyOf(bytes, only(answer.headers['content-type']) ?? ''),
  };
};

/** One call, never repeated here. @param timeoutMillis until its answer is complete */
export const send = (wire: Wire, request: TikTokRequest, timeoutMillis: number): ResultAsync<TikTokAnswer, TikTokTransient | TikTokUnclear> =>
  ResultAsync.fromPromise(exchange(wire, request, timeoutMillis), callFailure);
