import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { refuse } from '../problems/failures.ts';

const visibleAscii = /^[\x21-\x7e]{1,255}$/;
const spelling = 'must be 1 to 255 visible ASCII characters, given once';

/** The header of a write that may be repeated. */
export const idempotencyHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(visibleAscii, spelling)
    .optional()
    .describe('Names this request for 24 hours: the same key and request give the same resource, whatever happened in between.'),
});

/** The header of a write that must say which request it is: what it makes carries the key in its id. */
export const publicationKeyHeaders = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(visibleAscii, spelling)
    .describe('Names this request for ever: the same key and request give the same publication, whatever happened in between.'),
});

/** For a route whose answer is a secret: repeating it must not hand the secret out again. */
export const refuseIdempotencyKey = async (request: FastifyRequest): Promise<void> => {
  if (request.headers['idempotency-key'] === undefined) return;
  refuse({
    kind: 'FieldsRefused',
    errors: [{ path: 'Idempotency-Key', message: 'is not accepted here, since the answer is a secret; leave it out' }],
  });
};
