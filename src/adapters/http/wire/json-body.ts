import type { FastifyRequest } from 'fastify';
import type { HttpApp } from '../http-app-type.ts';
import { refuse } from '../problems/failures.ts';
import { invalidRequest, ProblemAnswer, type Problem } from '../problems/problem.ts';

const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i;

const otherCharset: Problem = { code: 'unsupported_media', detail: 'JSON is read as UTF-8 only; send it so, with no other charset.' };
const encoded: Problem = { code: 'unsupported_media', detail: 'A Content-Encoding is not understood here; send the body as it is.' };
const notUtf8 = invalidRequest({ path: 'body', message: 'must be UTF-8' });

const utf8Named = (contentType: string): boolean => /^(utf-?8)?$/i.test(charset.exec(contentType)?.[1] ?? '');

const decode = (body: Buffer): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null;
  }
};

/** The text of a JSON body, or why it cannot be read. */
const textOf = ({ headers }: FastifyRequest, body: Buffer): string | Problem => {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity') return encoded;
  if (!utf8Named(headers['content-type'] ?? '')) return otherCharset;
  return decode(body) ?? notUtf8;
};

/** JSON only, unless a route brings its own parser. An empty body is no body: some clients name a type and send nothing. */
export const parseJsonOnly = (app: HttpApp): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const text = textOf(request, body);
    if (typeof text !== 'string') return done(new ProblemAnswer(text));
    return text === '' ? done(null, undefined) : parse(request, text, done);
  });
};

/** For a route whose fields are all optional. */
export const missingBodyAsObject = async (request: FastifyRequest): Promise<void> => {
  request.body ??= {};
};

const mostNamed = 20;

/** For a route that takes no body. */
export const refuseBody = async (request: FastifyRequest): Promise<void> => {
  const { body } = request;
  if (body === undefined || body === null) return;
  const fields = typeof body === 'object' && !Array.isArray(body) ? Object.keys(body) : ['body'];
  if (fields.length === 0) return;
  refuse({ kind: 'FieldsRefused', errors: fields.slice(0, mostNamed).map((path) => ({ path, message: 'is not known here; leave it out' })) });
};
