import type { ProfileField } from '../../domain/connection/events.ts';
import type { TikTokProfile } from '../ports/tiktok.ts';
import type { ShownProfile } from '../reading/profile.ts';

const fields: readonly ProfileField[] = [
  'union_id',
  'display_name',
  'avatar_url',
  'avatar_url_100',
  'avatar_large_url',
  'bio_description',
  'profile_deep_link',
  'username',
];

/** An avatar's address is signed anew with every answer; the picture is the same while the path is. */
const picture = (address: string | null): string | null => address?.replace(/[?#].*$/s, '') ?? null;

const comparable = (field: ProfileField, value: string | null): string | null => (field.startsWith('avatar') ? picture(value) : value);

/** What is different now, by TikTok's names; `open_id` never is for one account. */
export const changedFields = (before: ShownProfile, now: TikTokProfile): readonly ProfileField[] =>
  fields.filter((field) => comparable(field, before[field]) !== comparable(field, now[field]));
