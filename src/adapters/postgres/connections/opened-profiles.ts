import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../../application/failures.ts';
import type { OpenFailure, OpenRequest, Sealer } from '../../../application/ports/sealer.ts';
import { noProfile, profileFromText, type ShownProfile } from '../../../application/reading/profile.ts';
import { openId } from '../../../domain/values/ids.ts';
import type { Secret } from '../../../domain/values/secret.ts';
import type { ShownLife } from './connection-row.ts';

export type OpenAll = Pick<Sealer, 'openAll'>;

/** Neither opened nor erased: the event that brought it is poison. */
export type Unopenable = Readonly<{ reason: string }>;

/** PostgreSQL's text holds neither NUL nor half a character; both are shown as the sign for "unreadable". */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');
const storableOrNull = (text: string | null): string | null => (text === null ? null : storable(text));

/** Null for what is no profile of TikTok: those have an open_id and a name. */
const storableProfile = (plain: string): ShownProfile | null => {
  const profile = profileFromText(plain);
  if (profile.open_id === null || profile.display_name === null) return null;
  return {
    open_id: openId(storable(profile.open_id)),
    union_id: storableOrNull(profile.union_id),
    display_name: storable(profile.display_name),
    avatar_url: storableOrNull(profile.avatar_url),
    avatar_url_100: storableOrNull(profile.avatar_url_100),
    avatar_large_url: storableOrNull(profile.avatar_large_url),
    bio_description: storableOrNull(profile.bio_description),
    profile_deep_link: storableOrNull(profile.profile_deep_link),
    username: storableOrNull(profile.username),
  };
};

const shownOf = (opened: Result<Secret<string>, Exclude<OpenFailure, Unavailable>>): Result<ShownLife, Unopenable> => {
  if (opened.isOk()) {
    const profile = storableProfile(opened.value.reveal());
    return profile === null ? err({ reason: 'the profile is not one of TikTok' }) : ok({ state: 'open', profile });
  }
  switch (opened.error.kind) {
    case 'Erased':
      return ok({ state: 'erased', profile: noProfile });
    case 'KeyLost':
      return ok({ state: 'key_lost', profile: noProfile });
    case 'NotAuthentic':
      // A rebuild comes by what was sealed before the key was lost; a later event brings the profile of the new one.
      if (opened.error.ofAnotherKey) return ok({ state: 'key_lost', profile: noProfile });
      return err({ reason: `the profile does not open: ${opened.error.reason}` });
  }
};

/** What may be shown of sealed profiles, in the order asked for. */
export const openProfiles = async (
  sealer: OpenAll,
  requests: readonly OpenRequest[],
): Promise<Result<readonly Result<ShownLife, Unopenable>[], Unavailable>> =>
  requests.length === 0 ? ok([]) : (await sealer.openAll(requests)).map((opened) => opened.map(shownOf));
