import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemCatalogue } from './catalogue.ts';
import type { Problem } from './problem.ts';

export const problemMediaType = 'application/problem+json';

export type ProblemBody = Readonly<Record<string, unknown>>;

/** The body of RFC 9457. @param instance names this occurrence */
export const problemBody = (publicUrl: string, problem: Problem, instance: string): ProblemBody => {
  const { code, detail, errors, reason, problems, tiktok } = problem;
  const { status, title } = problemCatalogue[code];
  return {
    type: `${publicUrl}/docs#${code}`,
    title,
    status,
    detail,
    instance,
    code,
    ...(errors === undefined ? {} : { errors }),
    ...(reason === undefined ? {} : { reason }),
    ...(problems === undefined ? {} : { problems }),
    ...(tiktok === undefined ? {} : { tiktok }),
  };
};

export const instanceOf = (requestId: string): string => `urn:uuid:${requestId}`;

/** Answers a problem and nothing else: headers of an answer that did not come to be are taken back. */
export const writeProblem = (publicUrl: string, request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply => {
  request.problemCode = problem.code;
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', problem.retryAfterSeconds);
  if (problem.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
  return reply
    .removeHeader('etag')
    .header('cache-control', 'no-store')
    .code(problemCatalogue[problem.code].status)
    .type(problemMediaType)
    .send(JSON.stringify(problemBody(publicUrl, problem, instanceOf(request.id))));
};
