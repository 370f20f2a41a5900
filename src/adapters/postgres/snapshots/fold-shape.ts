import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * Names a fold and the shape of its state: two versions of the service that might fold otherwise name it otherwise.
 * @param fold the one source file that the fold consists of; sources run as they are, so its text is its version
 */
export const foldShape = (fold: URL, state: z.ZodType): string =>
  createHash('sha256')
    .update(readFileSync(fold))
    .update('\0')
    .update(JSON.stringify(z.toJSONSchema(state, { io: 'input' })))
    .digest('hex');
