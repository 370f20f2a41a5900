import { z } from 'zod';
import { connectionStatuses, type ConnectionView } from '../../../application/reading/connection-view.ts';
import { connectionId, openId, userId } from '../../../domain/values/ids.ts';
import { instant, type Instant } from '../../../domain/values/instant.ts';
import { scope } from '../../../domain/values/scopes.ts';

const text = z.string().nullable();
const momentOrNull = (date: Date | null): Instant | null => (date === null ? null : instant(date.getTime()));

// Read with every request: plain types, all checked in one pass, and given their meaning afterwards.
const columns = z.object({
  connection_id: z.string(),
  user_id: z.string(),
  status: z.enum(connectionStatuses),
  scopes: z.array(z.string()),
  access_token_expires_at: z.date().nullable(),
  refresh_token_expires_at: z.date().nullable(),
  reauthorization_reason: text,
  connected_at: z.date(),
  updated_at: z.date(),
  revision: z.number(),
  open_id: text,
  union_id: text,
  display_name: text,
  avatar_url: text,
  avatar_url_100: text,
  avatar_large_url: text,
  bio_description: text,
  profile_deep_link: text,
  username: text,
});

const viewOf = (row: z.output<typeof columns>): ConnectionView => ({
  id: connectionId(row.connection_id),
  userId: userId(row.user_id),
  status: row.status,
  profile: {
    open_id: row.open_id === null ? null : openId(row.open_id),
    union_id: row.union_id,
    display_name: row.display_name,
    avatar_url: row.avatar_url,
    avatar_url_100: row.avatar_url_100,
    avatar_large_url: row.avatar_large_url,
    bio_description: row.bio_description,
    profile_deep_link: row.profile_deep_link,
    username: row.username,
  },
  scopes: row.scopes.map(scope),
  accessTokenExpiresAt: momentOrNull(row.access_token_expires_at),
  refreshTokenExpiresAt: momentOrNull(row.refresh_token_expires_at),
  reauthorizationReason: row.reauthorization_reason,
  connectedAt: instant(row.connected_at.getTime()),
  updatedAt: instant(row.updated_at.getTime()),
  revision: row.revision,
});

/** A row of the view columns. */
export const viewRow = columns.transform(viewOf);

/** A row of a page, with the time that orders it. */
export const listedRow = columns
  .extend({ listed_at: z.date() })
  .transform((row) => ({ view: viewOf(row), listedAt: instant(row.listed_at.getTime()) }));
