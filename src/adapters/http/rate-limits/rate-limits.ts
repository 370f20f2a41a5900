import type { RequestLimit, RequestLimiter } from '../../../application/limiting/request-limit.ts';

/** How often each caller may ask, and who counts. */
export type RateLimits = Readonly<{ limit: RequestLimit; limiter: RequestLimiter }>;
