import type { RequestLimit } from '../../../application/limiting/request-limit.ts';
import type { Problem } from './problem.ts';

/** A caller, or whoever is nobody at one address, has asked too often. */
export type TooManyRequests = Readonly<{ kind: 'TooManyRequests'; limited: 'caller' | 'address'; limit: RequestLimit; retryAfterSeconds: number }>;

export const limitProblems: { readonly TooManyRequests: (failure: TooManyRequests) => Problem } = {
  TooManyRequests: ({ limited, limit, retryAfterSeconds }) => {
    const often = `${limit.requests} in ${limit.windowMillis / 1_000} s`;
    const detail =
      limited === 'caller'
        ? `You may send ${often}; there are none left for ${retryAfterSeconds} s.`
        : `From your address came too many requests that prove nobody (${often}); the next is read in ${retryAfterSeconds} s.`;
    return { code: 'rate_limited', detail, retryAfterSeconds };
  },
};
