import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { apiScopes } from '../../application/execution/principal.ts';
import { parseMoment, type Moment } from '../../application/auditing/moment.ts';
import { connectionId, isUuid, userId } from '../../domain/values/ids.ts';
import { wrongUse, type Refusal } from './outcome.ts';

/** Arguments and options as commander gives them, or one sentence per problem. */
export const parseInput = <Input>(schema: z.ZodType<Input>, given: unknown): Result<Input, Refusal> => {
  const parsed = schema.safeParse(given);
  return parsed.success ? ok(parsed.data) : err(wrongUse(...parsed.error.issues.map(({ message }) => message)));
};

export const connectionArgument = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine(isUuid, {
    error: 'A connection id is a UUID, e.g. 6f0e0000-0000-5000-8000-000000000000: see the column id of user_tiktok_connections.',
  })
  .transform(connectionId);

/** A connection's or a publication's. */
export const historyArgument = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine(isUuid, { error: 'The id of a connection or a publication is a UUID, e.g. 6f0e0000-0000-5000-8000-000000000000.' });

export const userOption = z
  .string()
  .min(1, { error: "--user takes the application's id of a user." })
  .max(255, { error: '--user takes at most 255 characters.' })
  .transform(userId);

export const momentOption = z.string().transform((text, context): Moment => {
  const moment = parseMoment(text);
  if (moment !== null) return moment;
  const message = '--at takes a revision, e.g. 3, or a time with its zone, e.g. 2026-01-31T12:00:00Z.';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** @param option as it is written, e.g. `--limit` */
export const countOption = (option: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, { error: `${option} takes a whole number from 1.` })
    .transform(Number);

const listed = (text: string): string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');

export const apiScopesOption = z
  .string()
  .transform((text) => [...new Set(listed(text))])
  .pipe(
    z
      .array(z.enum(apiScopes, { error: `--scopes takes one or more of ${apiScopes.join(', ')}, separated by commas.` }))
      .min(1, { error: `--scopes takes one or more of ${apiScopes.join(', ')}, separated by commas.` }),
  );

export const apiKeyNameOption = z
  .string()
  .trim()
  .min(1, { error: '--name takes a name by which people know what uses the key, e.g. backend.' })
  .max(100, { error: '--name takes at most 100 characters.' });

export const apiKeyArgument = z.string().regex(/^[0-9a-f]{16}$/, {
  error: 'An API key is named by its id, the 16 hex digits between the underscores of tck_<id>_<secret>: see `keys list`.',
});
