import { z } from 'zod';
import { parseScopes, type Scope } from '../../../domain/values/scopes.ts';

const limit = 2_000;

export const returnTo = z
  .string()
  .max(limit)
  .describe('Where to send the browser afterwards; its origin and path must be on RETURN_URL_ALLOWLIST.');

export const scopesSpelling = 'must be TikTok scopes separated by commas, such as user.info.basic,video.publish';

/** Scopes as TikTok spells them in one text. */
export const scopeList = z
  .string()
  .max(limit)
  .refine((text) => (parseScopes(text)?.length ?? 0) > 0, scopesSpelling)
  .describe('TikTok scopes to ask for, comma separated; user.info.basic is always asked for.');

/** Null when none were named. The text has passed `scopeList`. */
export const readScopes = (text: string | undefined): readonly Scope[] | null => (text === undefined ? null : parseScopes(text));
