import type { HttpApp } from '../http-app-type.ts';
import { endsInSlash } from '../wire/trailing-slash.ts';
import { problemOfError } from './framework-errors.ts';
import { writeProblem } from './write-problem.ts';

const methods = ['GET', 'POST', 'DELETE'] as const;

/** Every error and every address that is not ours is answered with a problem; faults of ours are logged. */
export const answerErrors = (app: HttpApp, publicUrl: string): void => {
  app.setErrorHandler((error, request, reply) => {
    const { problem, unexpected } = problemOfError(error, request);
    if (unexpected) request.log.error({ err: error }, 'request failed');
    return writeProblem(publicUrl, request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const url = request.url.replace(/[?#].*$/s, '');
    const answered = methods.filter((method) => app.findRoute({ method, url }) !== null);
    const nothing = answered.length === 0 || answered.some((method) => method === request.method) || endsInSlash(url);
    const detail = nothing ? 'There is nothing at this address.' : `This address answers ${answered.join(', ')}, not ${request.method}.`;
    return writeProblem(publicUrl, request, reply, { code: 'not_found', detail });
  });
};
