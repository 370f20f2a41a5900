import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { request, type Dispatcher } from 'undici';
import type { FetchedSource, SourceFetcher, SourceUnfetchable } from '../../application/ports/source-fetcher.ts';
import type { Secret } from '../../domain/values/secret.ts';
import { notAPublicUrl, refusedWith, sourceFailure, tooLarge } from './source-failure.ts';

export type SourceFetcherOptions = Readonly<{
  /** Guarded, with limits for large bodies; it decides which addresses are public once names are looked up. */
  dispatcher: Dispatcher;
  /** The largest file that is worth fetching. */
  mostBytes: number;
  /** A body that nobody begins to read is closed after so long. */
  unreadMillis?: number;
  /** Origins that tests serve files from, without encryption too. Nothing else may name any. */
  exemptOrigins?: readonly string[];
}>;

type Headers = Dispatcher.ResponseData['headers'];
type Body = Dispatcher.ResponseData['body'];

const defaultUnreadMillis = 30_000;

const only = (header: Headers[string]): string => (typeof header === 'string' ? header : '');

const contentTypeOf = (headers: Headers): string => {
  const [type = ''] = only(headers['content-type']).toLowerCase().split(';');
  return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(type.trim()) ? type.trim() : 'application/octet-stream';
};

const lengthOf = (headers: Headers): number | null => {
  const length = only(headers['content-length']);
  return /^\d{1,15}$/.test(length) ? Number(length) : null;
};

/** The pieces as they come; what breaks them off is told in words of our own. */
async function* piecesOf(body: Body, begun: () => void): AsyncGenerator<Uint8Array, void, void> {
  begun();
  const pieces: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await pieces.next().catch((error: unknown) => {
        throw new Error(`the source broke off: ${sourceFailure(error).reason}`);
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    body.destroy();
  }
}

const readable = (body: Body, unreadMillis: number): AsyncIterable<Uint8Array> => {
  // Whoever reads is told by the reading itself.
  body.on('error', () => undefined);
  const unread = setTimeout(() => body.destroy(), unreadMillis);
  unread.unref();
  return piecesOf(body, () => clearTimeout(unread));
};

/** Fetches by `https` alone, whole files alone. Time and size are the dispatcher's to limit, what is named too large is not begun. */
export const createSourceFetcher = ({ dispatcher, mostBytes, unreadMillis = defaultUnreadMillis, exemptOrigins = [] }: SourceFetcherOptions): SourceFetcher => {
  const isAllowed = ({ protocol, origin, username, password }: URL): boolean =>
    username === '' && password === '' && (protocol === 'https:' || exemptOrigins.includes(origin));

  const begin = async (url: URL, signal: AbortSignal): Promise<Result<FetchedSource, SourceUnfetchable>> => {
    const { statusCode, headers, body } = await request(url, { dispatcher, method: 'GET', headers: { accept: '*/*' }, signal });
    const bytes = lengthOf(headers);
    const refusal = statusCode !== 200 ? refusedWith(statusCode) : bytes !== null && bytes > mostBytes ? tooLarge : null;
    if (refusal === null) return ok({ contentType: contentTypeOf(headers), bytes, body: readable(body, unreadMillis) });
    body.on('error', () => undefined).destroy();
    return err(refusal);
  };

  const fetch = async (given: Secret<string>, signal: AbortSignal): Promise<Result<FetchedSource, SourceUnfetchable>> => {
    const text = given.reveal();
    if (!URL.canParse(text) || !isAllowed(new URL(text))) return err(notAPublicUrl);
    try {
      return await begin(new URL(text), signal);
    } catch (error) {
      return err(sourceFailure(error));
    }
  };

  return { fetch: (url, signal) => new ResultAsync(fetch(url, signal)) };
};
