import type { z } from 'zod';

/** Headers that callers may rely on, by the names routes use for them. */
export const answerHeaders = {
  location: { name: 'Location', schema: { type: 'string', description: 'Where to go.' } },
  'set-cookie': { name: 'Set-Cookie', schema: { type: 'string', description: 'HttpOnly, SameSite=Lax.' } },
  etag: { name: 'ETag', schema: { type: 'string', description: 'The revision in quotes.' } },
  'retry-after': { name: 'Retry-After', schema: { type: 'integer', minimum: 1, description: 'Seconds to wait.' } },
  'ratelimit-policy': {
    name: 'RateLimit-Policy',
    schema: { type: 'string', description: '`"default";q=<requests>;w=<seconds>`: how often a caller may ask. Absent where a request is refused before anybody looks who asks, and where there is no limit.' },
  },
  ratelimit: { name: 'RateLimit', schema: { type: 'string', description: '`"default";r=<requests left>;t=<seconds until all are there again>`; absent as `RateLimit-Policy` is.' } },
} as const;

export type AnswerHeader = keyof typeof answerHeaders;

/** Headers of every answer of a route with a rate limit that got as far as that. */
export const limitHeaders = ['ratelimit-policy', 'ratelimit'] as const satisfies readonly AnswerHeader[];

const uncertain: ReadonlySet<string> = new Set(limitHeaders.map((header) => answerHeaders[header].name));

/** Whether an answer for which this header is documented always has it. @param name as the document spells it */
export const isCertain = (name: string): boolean => !uncertain.has(name);

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Headers to document, by status. */
    answerHeaders?: Readonly<Record<number, readonly AnswerHeader[]>>;
    /** Parts of a request that are shown in the document and read by the handler itself. */
    documented?: Readonly<{ querystring?: z.ZodType; headers?: z.ZodType; body?: z.ZodType }>;
  }
}
