/** So many requests in a window that begins with the first of them. */
export type RequestLimit = Readonly<{ requests: number; windowMillis: number }>;

/** Where a caller stands once a request was counted, or turned away. */
export type Standing = Readonly<{
  admitted: boolean;
  /** Requests left in this window. */
  remaining: number;
  /** Until the window ends and all of them are there again. */
  resetMillis: number;
}>;

/** Counts requests by caller. Never fails: what cannot be known of other replicas is not counted. */
export interface RequestLimiter {
  take(caller: string): Promise<Standing>;
}
