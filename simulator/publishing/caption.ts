import { z } from 'zod';

/** An optional text of so many UTF-16 units, which is what TikTok counts; zod's own `max` counts code points. */
export const caption = (longest: number) =>
  z
    .string()
    .refine((text) => text.length <= longest)
    .nullish()
    .transform((text) => text ?? '');
