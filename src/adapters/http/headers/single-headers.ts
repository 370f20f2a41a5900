import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../problems/failures.ts';

/** Headers that say who calls whom: two of them are two answers to that, and proxies may have believed the other. */
const single = ['Host', 'Authorization', 'X-Dev-User'].map((name) => ({ name, lower: name.toLowerCase() }));

/** The header of these that is there more than once. @param raw names and values by turns, as they came */
const repeated = (raw: readonly string[]): string | null => {
  for (const { name, lower } of single) {
    let seen = 0;
    for (let index = 0; index < raw.length; index += 2) {
      const given = raw[index];
      if (given?.length === lower.length && given.toLowerCase() === lower) seen += 1;
    }
    if (seen > 1) return name;
  }
  return null;
};

export const refuseRepeatedHeaders = (request: FastifyRequest, _: FastifyReply, done: () => void): void => {
  const header = repeated(request.raw.rawHeaders);
  if (header !== null) refuse({ kind: 'FieldsRefused', errors: [{ path: header, message: 'may be given only once' }] });
  done();
};
