import { z } from 'zod';
import type { TikTokWords } from '../../application/ports/tiktok.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { TikTokAnswer } from './answer.ts';
import type { JsonObject } from './json-object.ts';

const longestMessage = 500;

const logIdSpelling = /^[0-9A-Za-z_-]{8,64}$/;
const codeSpelling = /^[0-9A-Za-z_.-]{1,100}$/;

/** OAuth endpoints answer flat errors, data endpoints an object whose code is `ok` on success. */
const flatError = z.object({ error: z.string().min(1), error_description: z.string().catch('') });
const nestedError = z.object({ error: z.object({ code: z.union([z.string().min(1), z.number().transform(String)]), message: z.string().catch('') }) });
const logIds = z.object({ log_id: z.string().optional().catch(undefined), logid: z.string().optional().catch(undefined) });

const tokenSpelling = /\b(?:act|rft|clt)\.[^\s"',;]+/g;

/** TikTok may say our words back to us: a code that has expired, a token that is wrong. */
const without = (secrets: readonly Secret<string>[], text: string): string =>
  secrets
    .map((value) => value.reveal())
    // No spelling of a secret is shorter than the secret.
    .filter((value) => value !== '' && value.length <= text.length)
    .flatMap((value) => [value, encodeURIComponent(value), new URLSearchParams({ '': value }).toString().slice(1)])
    .reduce((rest, value) => rest.replaceAll(value, '[secret]'), text)
    .replace(tokenSpelling, '[secret]');

const oneLine = (text: string): string => text.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

/** The log id that stands beside an answer without a body of use. */
export const headerLogId = (header: unknown): string | null => (typeof header === 'string' && logIdSpelling.test(header) ? header : null);

/** The log id of the body (its tables and its examples spell it differently) or else of the header. */
export const logIdOf = (answer: TikTokAnswer, secrets: readonly Secret<string>[]): string | null => {
  const body = answer.body.unwrapOr(null);
  const places: readonly unknown[] = [body?.['error'], body];
  const said = places.flatMap((place) => {
    const { log_id, logid } = logIds.safeParse(place).data ?? {};
    return [log_id, logid];
  });
  const found = [...said, answer.headerLogId].find((id) => typeof id === 'string' && logIdSpelling.test(id)) ?? null;
  return found === null || without(secrets, found) !== found ? null : found;
};

/** TikTok's own error in either shape; null when the body is none. */
export const errorOf = (body: JsonObject, logId: string | null, secrets: readonly Secret<string>[]): TikTokWords | null => {
  const flat = flatError.safeParse(body).data;
  const nested = nestedError.safeParse(body).data?.error;
  const code = flat?.error ?? nested?.code;
  if (code === undefined || (flat === undefined && code === 'ok')) return null;
  const shownCode = without(secrets, code);
  const message = oneLine(without(secrets, flat?.error_description ?? nested?.message ?? '')).slice(0, longestMessage);
  return { code: codeSpelling.test(shownCode) ? shownCode : 'unreadable_code', message, logId };
};
