import { openId, type OpenId } from '../../domain/values/ids.ts';

/** A profile as it may be shown; null in every field once erased. Names are TikTok's. */
export type ShownProfile = Readonly<{
  open_id: OpenId | null;
  union_id: string | null;
  display_name: string | null;
  avatar_url: string | null;
  avatar_url_100: string | null;
  avatar_large_url: string | null;
  bio_description: string | null;
  profile_deep_link: string | null;
  username: string | null;
}>;

export const noProfile: ShownProfile = {
  open_id: null,
  union_id: null,
  display_name: null,
  avatar_url: null,
  avatar_url_100: null,
  avatar_large_url: null,
  bio_description: null,
  profile_deep_link: null,
  username: null,
};

/** The text that is sealed as a connection's profile. */
export const profileToText = (profile: ShownProfile): string => JSON.stringify(profile);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Reads what `profileToText` wrote; fields it does not find are null. */
export const profileFromText = (text: string): ShownProfile => {
  const stored = new Map<string, unknown>(Object.entries(parsed(text) ?? {}));
  const textOf = (field: keyof ShownProfile): string | null => {
    const value = stored.get(field);
    return typeof value === 'string' ? value : null;
  };
  const id = textOf('open_id');
  return {
    open_id: id === null ? null : openId(id),
    union_id: textOf('union_id'),
    display_name: textOf('display_name'),
    avatar_url: textOf('avatar_url'),
    avatar_url_100: textOf('avatar_url_100'),
    avatar_large_url: textOf('avatar_large_url'),
    bio_description: textOf('bio_description'),
    profile_deep_link: textOf('profile_deep_link'),
    username: textOf('username'),
  };
};
