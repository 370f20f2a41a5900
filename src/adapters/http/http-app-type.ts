import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { HttpDeps } from './http-deps.ts';
import type { Admission } from './principals/admit.ts';
import type { Identify } from './principals/identify.ts';

/** The application with request types taken from zod schemas. */
export type HttpApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What routes are built from. */
export type RouteDeps = Readonly<{ deps: HttpDeps; identify: Identify; admit: Admission }>;
