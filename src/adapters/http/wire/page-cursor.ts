import { z } from 'zod';

/** Where a page begins. */
export const pageCursor = z
  .string()
  .max(500)
  .regex(/^[\x21-\x7e]+$/, 'must be a next_cursor')
  .describe('`next_cursor` of the page before.');
