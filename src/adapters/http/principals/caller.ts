import type { RunningSpan } from '../../../application/ports/tracer.ts';
import type { Principal } from '../../../application/execution/principal.ts';
import type { ProblemCode } from '../problems/catalogue.ts';

/** How a principal was proved: by a header of its own, by a cookie that browsers send along, or assumed in development. */
export type Proof = 'header' | 'cookie' | 'assumed';

export type Caller = Readonly<{ principal: Principal; proof: Proof }>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until authentication has run. */
    caller: Caller | null;
    /** Null where nothing is traced. */
    span: RunningSpan | null;
    /** Of the problem that was answered, if one was. */
    problemCode: ProblemCode | null;
  }
}
