import { z } from 'zod';

const digits = /^(0|[1-9]\d{0,8})$/;

/** How many entries a page may have: a whole number in plain digits, from 1 to `largest`. */
export const pageLimit = (largest: number, unlessTold: number) =>
  z
    .preprocess(
      (text, context) => {
        if (typeof text === 'string' && digits.test(text)) return Number(text);
        context.addIssue(`must be a whole number from 1 to ${largest}, without sign or leading zeros`);
        return z.NEVER;
      },
      // The document loses the default of what is preprocessed, so it is said once more within.
      z.int().min(1).max(largest).meta({ default: unlessTold }),
    )
    .default(unlessTold);
