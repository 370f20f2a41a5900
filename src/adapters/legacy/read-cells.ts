import { err, ok } from 'neverthrow';
import { z } from 'zod';
import type { LegacyColumn, ReadLegacyCells, RowReason } from '../../application/ports/legacy-connections.ts';
import { openId, userId } from '../../domain/values/ids.ts';
import { parseInstant, type Instant } from '../../domain/values/instant.ts';
import { basicScope, parseScopes } from '../../domain/values/scopes.ts';
import { secret } from '../../domain/values/secret.ts';

const filled = z
  .string()
  .nullable()
  .transform((text) => text ?? '');

const control = /\p{Cc}/u;
const unstorable = /(?![\n\t])\p{Cc}/gu;

const plainText = (longest: number) =>
  filled.pipe(
    z
      .string()
      .min(1)
      .max(longest)
      .refine((text) => text.trim() !== '' && text.isWellFormed() && !control.test(text)),
  );

/** As visible ASCII and nothing else: never trimmed or normalised, for `-` and `_` matter. */
const tiktokId = z
  .string()
  .max(128)
  .regex(/^[\x21-\x7e]+$/);

const rfc3339 = z.iso.datetime({ offset: true });

/** PostgreSQL writes `2026-01-31 12:00:00.5+00`, exports of other tools RFC 3339. A time without its zone is no moment. */
const moment = filled.transform((text, context): Instant => {
  const spelt = text.replace(/^(\d{4}-\d\d-\d\d) /, '$1T').replace(/([+-]\d\d)$/, '$1:00').replace(/([+-]\d\d)(\d\d)$/, '$1:$2');
  const read = rfc3339.safeParse(spelt).success ? parseInstant(spelt) : null;
  if (read !== null) return read;
  context.addIssue('not a moment');
  return z.NEVER;
});

const longestUrl = 4096;
const isWebUrl = (text: string): boolean =>
  text.length <= longestUrl && !/[\s\p{Cc}]/u.test(text) && URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);

const encrypted = filled.pipe(z.string().min(1).max(16_384)).transform((text) => secret(text));

const row = z.object({
  user_id: plainText(255).transform(userId),
  tiktok_open_id: filled.pipe(tiktokId).transform(openId),
  tiktok_union_id: tiktokId.max(128).nullable(),
  display_name: filled.pipe(z.string().max(500)).transform((text) => text.toWellFormed().replace(unstorable, '')),
  // The next look at the profile brings a right one.
  avatar_url: z.string().nullable().transform((text) => (text !== null && isWebUrl(text) ? text : null)),
  scope: filled.pipe(z.string().max(4096)).transform((text, context) => parseScopes(text) ?? (context.addIssue('not a list of scopes'), z.NEVER)),
  token_expires_at: moment,
  created_at: z.union([z.null(), moment]),
  access_token: encrypted,
  refresh_token: encrypted,
});

const reasons: Readonly<Record<keyof typeof row.shape, RowReason>> = {
  user_id: 'bad_user_id',
  tiktok_open_id: 'bad_open_id',
  tiktok_union_id: 'bad_union_id',
  display_name: 'too_long',
  avatar_url: 'too_long',
  scope: 'bad_scope',
  token_expires_at: 'bad_date',
  created_at: 'bad_date',
  access_token: 'token_not_encrypted',
  refresh_token: 'token_not_encrypted',
};

const columnOf = (name: unknown): keyof typeof row.shape | null => {
  const columns: readonly string[] = Object.keys(row.shape);
  return typeof name === 'string' && columns.includes(name) ? row.keyof().parse(name) : null;
};

/** Makes sense of a row's text, or names the first column that makes none. Never shows what stands in it. */
export const readLegacyCells: ReadLegacyCells = (cells) => {
  const read = row.safeParse(cells);
  if (!read.success) {
    const [issue] = read.error.issues;
    const column = columnOf(issue?.path[0]);
    const reason = column === null || issue?.code === 'too_big' ? 'too_long' : reasons[column];
    return err({ reason, column: column satisfies LegacyColumn | null });
  }
  const { data } = read;
  if (!data.scope.includes(basicScope)) return err({ reason: 'missing_scope', column: 'scope' });
  return ok({
    userId: data.user_id,
    openId: data.tiktok_open_id,
    unionId: data.tiktok_union_id,
    displayName: data.display_name,
    avatarUrl: data.avatar_url,
    accessToken: data.access_token,
    refreshToken: data.refresh_token,
    accessTokenExpiresAt: data.token_expires_at,
    scopes: data.scope,
    createdAt: data.created_at,
  });
};
