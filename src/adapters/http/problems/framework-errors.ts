import type { FastifyError, FastifyRequest } from 'fastify';
import { explainIssues } from './explain-issue.ts';
import { invalidRequest, ProblemAnswer, type Problem } from './problem.ts';

const byCode: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported_media',
    detail: 'This Content-Type is not understood here; send application/json.',
  },
  FST_ERR_CTP_INVALID_TYPE: { code: 'unsupported_media', detail: 'The Content-Type is malformed; send application/json.' },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'too_large', detail: 'The body is larger than this address accepts.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: invalidRequest({ path: 'Content-Length', message: 'does not match the body' }),
  FST_ERR_CTP_INVALID_JSON_BODY: invalidRequest({ path: 'body', message: 'must be well-formed JSON' }),
  FST_ERR_BAD_URL: invalidRequest({ path: 'url', message: 'must be percent-encoded UTF-8' }),
  FST_ERR_MAX_PARAM_LENGTH: invalidRequest({ path: 'url', message: 'has a part that is too long' }),
  FST_ERR_HANDLER_TIMEOUT: { code: 'timeout', detail: 'The answer was not ready in time.' },
};

const ours: Problem = { code: 'unavailable', detail: 'Something failed on our side; the log names this request.', retryAfterSeconds: 30 };

/** The problem that an error thrown anywhere in a request is answered with. `unexpected` ones are faults of ours. */
export const problemOfError = (error: unknown, request: Pick<FastifyRequest, 'query'>): Readonly<{ problem: Problem; unexpected: boolean }> => {
  if (error instanceof ProblemAnswer) return { problem: error.problem, unexpected: false };
  if (!isFrameworkError(error)) return { problem: ours, unexpected: true };
  if (error.validation !== undefined) {
    const errors = explainIssues(error.validation, error.validationContext ?? 'request', request.query);
    return { problem: invalidRequest(...errors), unexpected: false };
  }
  const known = byCode[error.code];
  if (known !== undefined) return { problem: known, unexpected: false };
  const status = error.statusCode ?? 500;
  if (status >= 500) return { problem: ours, unexpected: true };
  return { problem: invalidRequest({ path: 'request', message: 'could not be read' }), unexpected: false };
};

const isFrameworkError = (error: unknown): error is FastifyError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';
