import type { FastifyRequest } from 'fastify';
import type { HttpApp } from '../http-app-type.ts';
import { refuse } from '../problems/failures.ts';

/** JSON only, unless a route brings its own parser. An empty body is no body: some clients name a type and send nothing. */
export const parseJsonOnly = (app: HttpApp): void => {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) =>
    body === '' ? done(null, undefined) : parse(request, body, done),
  );
};

/** For a route whose fields are all optional. */
export const missingBodyAsObject = async (request: FastifyRequest): Promise<void> => {
  request.body ??= {};
};

/** For a route that takes no body. */
export const refuseBody = async (request: FastifyRequest): Promise<void> => {
  const { body } = request;
  const empty = body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0);
  if (!empty) refuse({ kind: 'FieldsRefused', errors: [{ path: 'body', message: 'is not known here; leave it out' }] });
};
