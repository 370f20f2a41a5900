import type { ProblemCode } from '../problems/catalogue.ts';

/** Room for the addresses of 35 photos. */
export const draftBytes = 256 * 1_024;

/** What a request about a connection can end in that asks TikTok before it answers. */
export const askingProblems = [
  'unauthenticated',
  'forbidden',
  'not_found',
  'not_connected',
  'reauthorization_required',
  'missing_scope',
  'account_linked_to_another_user',
  'conflict',
  'rate_limited',
  'tiktok_unavailable',
  'tiktok_rejected',
  'timeout',
] as const satisfies readonly ProblemCode[];
