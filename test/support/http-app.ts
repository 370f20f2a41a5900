import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { z } from 'zod';
import { createHttpApp } from '../../src/adapters/http/http-app.ts';
import type { HttpDeps } from '../../src/adapters/http/http-deps.ts';
import { assertDocumented } from './openapi-check.ts';

export type Call = Readonly<{
  method?: 'GET' | 'POST' | 'DELETE' | 'PUT' | 'HEAD' | 'OPTIONS';
  url: string;
  headers?: Readonly<Record<string, string>>;
  payload?: string | Readonly<Record<string, unknown>>;
  cookies?: Readonly<Record<string, string>>;
}>;

export interface TestHttp {
  readonly app: FastifyInstance;
  readonly document: object;
  /** Answers a call, once the answer was found to be documented. */
  call(options: Call): Promise<LightMyRequestResponse>;
  /** Every line logged so far. */
  log(): string;
  close(): Promise<void>;
}

/** Runs the application without a socket and holds every answer to its own OpenAPI document. */
export const createTestHttp = async (deps: Omit<HttpDeps, 'logger'>): Promise<TestHttp> => {
  const lines: string[] = [];
  const app = await createHttpApp({ ...deps, logger: { level: 'debug', stream: { write: (line) => void lines.push(line) } } });
  const document = z.looseObject({}).parse((await app.inject('/openapi.json')).json());
  return {
    app,
    document,
    log: () => lines.join(''),
    call: async ({ method = 'GET', url, headers = {}, payload, cookies = {} }) => {
      const options: InjectOptions = { method, url, headers: { ...headers }, cookies: { ...cookies } };
      const answer = await app.inject(
        payload === undefined ? options : { ...options, payload: typeof payload === 'string' ? payload : { ...payload } },
      );
      assertDocumented({ method, url, status: answer.statusCode, headers: answer.headers, body: answer.body }, document);
      return answer;
    },
    close: () => app.close(),
  };
};

const problem = z.looseObject({
  code: z.string(),
  status: z.number(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/** The problem that an answer holds. */
export const problemIn = (answer: LightMyRequestResponse): z.infer<typeof problem> => problem.parse(answer.json());
