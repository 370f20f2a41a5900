import type { z } from 'zod';

/** Headers that callers may rely on, by the names routes use for them. */
export const answerHeaders = {
  location: { name: 'Location', schema: { type: 'string', description: 'Where to go.' } },
  'set-cookie': { name: 'Set-Cookie', schema: { type: 'string', description: 'HttpOnly, SameSite=Lax.' } },
  etag: { name: 'ETag', schema: { type: 'string', description: 'The revision in quotes.' } },
  'retry-after': { name: 'Retry-After', schema: { type: 'integer', minimum: 1, description: 'Seconds to wait.' } },
} as const;

export type AnswerHeader = keyof typeof answerHeaders;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Headers to document, by status. */
    answerHeaders?: Readonly<Record<number, readonly AnswerHeader[]>>;
    /** Parts of a request that are shown in the document and read by the handler itself. */
    documented?: Readonly<{ querystring?: z.ZodType; headers?: z.ZodType; body?: z.ZodType }>;
  }
}
