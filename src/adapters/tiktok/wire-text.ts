import { z } from 'zod';

/** An id of TikTok's: visible ASCII, kept as it is (`-` and `_` matter). */
export const identifier = z.string().regex(/^[\x21-\x7e]{1,128}$/);

/** Well-formed and storable: without control characters other than line feed and tab. */
const cleaned = (text: string): string => text.toWellFormed().replace(/(?![\n\t])\p{Cc}/gu, '');

/** @param longest in UTF-16 units */
export const textUpTo = (longest: number) => z.string().max(longest).transform(cleaned);

/** TikTok leaves out what is empty. @param longest in UTF-16 units */
export const optionalText = (longest: number) =>
  textUpTo(longest)
    .nullish()
    .transform((text) => text ?? null);

const largestInt64 = 2n ** 63n - 1n;

/** An id that TikTok writes as text here and as a number there. In text, because a number would be rounded. */
export const int64Id = z
  .union([z.string(), z.bigint(), z.int()])
  .transform(String)
  .refine((text) => /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= largestInt64);

const longestUrl = 4096;

const isWebUrl = (text: string): boolean => {
  if (text.length > longestUrl || /[\s\p{Cc}]/u.test(text) || !text.isWellFormed()) return false;
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
};

/** An address a page may show. Anything else is taken as not given. */
export const webUrl = z
  .string()
  .transform((text) => (isWebUrl(text) ? text : null))
  .nullish()
  .transform((text) => text ?? null);
