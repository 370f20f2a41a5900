import type { z } from 'zod';

/** TikTok's words for a body that is none: it tells the half that is wrong, and not why. */
export function wordsFor({ issues }: z.ZodError): string {
  const part = issues[0]?.path[0];
  if (part === 'post_info') return 'The request post info is empty or incorrect';
  return part === 'source_info' ? 'The request source info is empty or incorrect' : 'The request parameters are malformed.';
}
