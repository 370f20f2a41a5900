import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { Unavailable } from '../../../application/failures.ts';
import type { OpenFailure, OpenRequest, Sealer } from '../../../application/ports/sealer.ts';
import { noProfile } from '../../../application/reading/profile.ts';
import type { Secret } from '../../../domain/values/secret.ts';
import { profileColumns, type ShownLife } from './connection-row.ts';

export type OpenAll = Pick<Sealer, 'openAll'>;

/** Neither opened nor erased: the event that brought it is poison. */
export type Unopenable = Readonly<{ reason: string }>;

/** PostgreSQL's text holds neither NUL nor half a character; both are shown as the sign for "unreadable". */
const storable = (value: unknown): unknown => (typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value);

const plainProfile = z
  .string()
  .transform((plain, context): unknown => {
    try {
      return JSON.parse(plain, (_, value) => storable(value));
    } catch {
      context.addIssue('not JSON');
      return z.NEVER;
    }
  })
  .pipe(z.object({ ...profileColumns, open_id: profileColumns.open_id.unwrap(), display_name: z.string() }));

const shownOf = (opened: Result<Secret<string>, Exclude<OpenFailure, Unavailable>>): Result<ShownLife, Unopenable> => {
  if (opened.isOk()) {
    const profile = plainProfile.safeParse(opened.value.reveal());
    return profile.success ? ok({ state: 'open', profile: profile.data }) : err({ reason: 'the profile is not one of TikTok' });
  }
  switch (opened.error.kind) {
    case 'Erased':
      return ok({ state: 'erased', profile: noProfile });
    case 'KeyLost':
      return ok({ state: 'key_lost', profile: noProfile });
    case 'NotAuthentic':
      return err({ reason: `the profile does not open: ${opened.error.reason}` });
  }
};

/** What may be shown of sealed profiles, in the order asked for. */
export const openProfiles = async (
  sealer: OpenAll,
  requests: readonly OpenRequest[],
): Promise<Result<readonly Result<ShownLife, Unopenable>[], Unavailable>> =>
  requests.length === 0 ? ok([]) : (await sealer.openAll(requests)).map((opened) => opened.map(shownOf));
