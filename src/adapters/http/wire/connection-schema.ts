import { z } from 'zod';
import type { ConnectionView } from '../../../application/reading/connection-view.ts';
import { connectionStatuses } from '../../../application/reading/connection-view.ts';

const moment = z.iso.datetime().describe('RFC 3339, UTC');

const profileSchema = z
  .strictObject({
    open_id: z.string().nullable(),
    union_id: z.string().nullable(),
    display_name: z.string().nullable(),
    avatar_url: z.string().nullable(),
    avatar_url_100: z.string().nullable(),
    avatar_large_url: z.string().nullable(),
    bio_description: z.string().nullable(),
    profile_deep_link: z.string().nullable(),
    username: z.string().nullable(),
  })
  .meta({ description: "TikTok's own names. All null once the person's data are erased." });

export const reauthorizationReasons = ['refresh_rejected', 'response_lost', 'refresh_token_expired', 'scope_lost', 'key_lost'] as const;

export const connectionExample = {
  id: '6f0e5c1e-2b7a-5d35-9a41-0c6f0a6f7e10',
  user_id: 'user_2a',
  status: 'active',
  tiktok: {
    open_id: '-000SimOpenIdAAAAAAAAAAAAAAAAAAAAAAA',
    union_id: null,
    display_name: 'Ada',
    avatar_url: 'https://p16.tiktokcdn.com/ada.jpeg',
    avatar_url_100: null,
    avatar_large_url: null,
    bio_description: null,
    profile_deep_link: null,
    username: null,
  },
  scopes: ['user.info.basic', 'video.publish'],
  access_token_expires_at: '2026-11-21T10:00:00.000Z',
  refresh_token_expires_at: null,
  reauthorization_reason: null,
  connected_at: '2026-11-20T10:00:00.000Z',
  updated_at: '2026-11-20T10:00:00.000Z',
  revision: 4,
};

export const connectionSchema = z
  .strictObject({
    id: z.uuid(),
    user_id: z.string(),
    status: z.enum(connectionStatuses),
    tiktok: profileSchema,
    scopes: z.array(z.string()),
    access_token_expires_at: moment.nullable().describe('Null once disconnected.'),
    refresh_token_expires_at: moment.nullable().describe('Null once disconnected, or when TikTok did not say.'),
    reauthorization_reason: z
      .string()
      .nullable()
      .meta({ enum: [...reauthorizationReasons, null], description: 'Why the person must consent again.' }),
    connected_at: moment.describe('When this life of the connection began.'),
    updated_at: moment,
    revision: z.int().min(1).describe('How many events the connection has.'),
  })
  .meta({ id: 'Connection', description: 'A TikTok account connected by a user.', examples: [connectionExample] });

export type ConnectionBody = z.infer<typeof connectionSchema>;

export const connectionBody = (view: ConnectionView): ConnectionBody => ({
  id: view.id,
  user_id: view.userId,
  status: view.status,
  tiktok: { ...view.profile },
  scopes: [...view.scopes],
  access_token_expires_at: view.accessTokenExpiresAt,
  refresh_token_expires_at: view.refreshTokenExpiresAt,
  reauthorization_reason: view.reauthorizationReason,
  connected_at: view.connectedAt,
  updated_at: view.updatedAt,
  revision: view.revision,
});

/** A connection's id in a path; spelt in any case, meant in lower case. */
export const connectionParams = z.strictObject({ id: z.uuid().describe("The connection's id.") });

/** For addresses that take no query. */
export const noQuery = z.strictObject({});
