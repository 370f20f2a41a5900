import type { HttpApp } from '../http-app-type.ts';
import { pathOf } from '../request-log.ts';
import { problemOfError } from './framework-errors.ts';
import { writeProblem } from './write-problem.ts';

const methods = ['GET', 'POST', 'DELETE'] as const;

/** Every error and every address that is not ours is answered with a problem; faults of ours are logged. */
export const answerErrors = (app: HttpApp, publicUrl: string): void => {
  app.setErrorHandler((error, request, reply) => {
    const { problem, unexpected } = problemOfError(error);
    if (unexpected) request.log.error({ err: error }, 'request failed');
    return writeProblem(publicUrl, request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url);
    const answered = methods.filter((method) => app.findRoute({ method, url: path }) !== null);
    const detail =
      answered.length === 0 ? 'There is nothing at this address.' : `This address answers ${answered.join(', ')}, not ${request.method}.`;
    return writeProblem(publicUrl, request, reply, { code: 'not_found', detail });
  });
};
