import { z } from 'zod';
import { userId, type UserId } from '../../../domain/values/ids.ts';

const control = /\p{Cc}/u;

/** What may stand as a user id: 1 to 255 characters without control characters, as the database can keep it. */
export const userIdSchema = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => text.isWellFormed() && !control.test(text), 'must be plain text without control characters');

/** Null when the text cannot be anyone's id. */
export const readUserId = (text: unknown): UserId | null => {
  const read = userIdSchema.safeParse(text);
  return read.success ? userId(read.data) : null;
};
