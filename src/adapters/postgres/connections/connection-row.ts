import { z } from 'zod';
import type { ConnectionRecord, OwnedLife } from '../../../application/reading/connection-record.ts';
import { connectionStatuses } from '../../../application/reading/connection-view.ts';
import type { ShownProfile } from '../../../application/reading/profile.ts';
import { clientKey, openId, type ConnectionId } from '../../../domain/values/ids.ts';
import type { Instant } from '../../../domain/values/instant.ts';
import { sealed } from '../../../domain/values/sealed.ts';
import { connectionIdColumn, instantColumn, scopesColumn, userIdColumn } from '../row-types.ts';

/** `erased`: its key was destroyed on purpose. `key_lost`: its key is missing and nothing says why. */
export const profileStates = ['open', 'erased', 'key_lost'] as const;
export type ProfileState = (typeof profileStates)[number];

const text = z.string().nullable();

export const profileColumns = {
  open_id: z.string().transform(openId).nullable(),
  union_id: text,
  display_name: text,
  avatar_url: text,
  avatar_url_100: text,
  avatar_large_url: text,
  bio_description: text,
  profile_deep_link: text,
  username: text,
};

export const profileColumnNames = Object.keys(profileColumns).join(', ');

export const profileOf = ({ open_id, union_id, display_name, ...rest }: ShownProfile): ShownProfile => ({
  open_id,
  union_id,
  display_name,
  avatar_url: rest.avatar_url,
  avatar_url_100: rest.avatar_url_100,
  avatar_large_url: rest.avatar_large_url,
  bio_description: rest.bio_description,
  profile_deep_link: rest.profile_deep_link,
  username: rest.username,
});

const sealedColumn = z.string().transform(sealed);

const row = z.object({
  connection_id: connectionIdColumn,
  user_id: userIdColumn,
  life: z.number(),
  current_owner: z.boolean(),
  status: z.enum(connectionStatuses),
  client_key: z.string().transform(clientKey),
  sealed_profile: sealedColumn,
  sealed_access_token: sealedColumn.nullable(),
  sealed_refresh_token: sealedColumn.nullable(),
  scopes: scopesColumn,
  access_token_expires_at: instantColumn.nullable(),
  refresh_token_expires_at: instantColumn.nullable(),
  reauthorization_reason: text,
  connected_at: instantColumn,
  first_connected_at: instantColumn,
  connection_first_connected_at: instantColumn,
  updated_at: instantColumn,
  revision: z.number(),
  profile_state: z.enum(profileStates),
  ...profileColumns,
});

export type ConnectionRow = z.output<typeof row>;

export const connectionRow: z.ZodType<ConnectionRow> = row;
export const connectionColumns: readonly string[] = Object.keys(row.shape);

const lifeOf = (stored: ConnectionRow): OwnedLife => ({
  userId: stored.user_id,
  life: stored.life,
  status: stored.status,
  clientKey: stored.client_key,
  profile: stored.sealed_profile,
  erased: stored.profile_state === 'erased',
  tokens:
    stored.sealed_access_token === null || stored.sealed_refresh_token === null
      ? null
      : { access: stored.sealed_access_token, refresh: stored.sealed_refresh_token },
  scopes: stored.scopes,
  accessTokenExpiresAt: stored.access_token_expires_at,
  refreshTokenExpiresAt: stored.refresh_token_expires_at,
  reauthorizationReason: stored.reauthorization_reason,
  connectedAt: stored.connected_at,
  firstConnectedAt: stored.first_connected_at,
  updatedAt: stored.updated_at,
  revision: stored.revision,
});

/**
 * The record that these rows of one connection were made of, owners in their order: by their lives, the current one last. An owner's
 * revision is that of their last event, so it orders them also where a history gives one life two owners; an erasure is an event of all
 * whom it covers, so it does no more than that.
 */
export const recordOf = (rows: readonly ConnectionRow[]): ConnectionRecord | null => {
  const inOrder = rows.toSorted((a, b) => Number(a.current_owner) - Number(b.current_owner) || a.life - b.life || a.revision - b.revision);
  const [first] = inOrder;
  if (first === undefined) return null;
  return { id: first.connection_id, firstConnectedAt: first.connection_first_connected_at, owners: inOrder.map(lifeOf) };
};

export type ShownLife = Readonly<{ state: ProfileState; profile: ShownProfile }>;

export const rowOf = (
  id: ConnectionId,
  firstConnectedAt: Instant,
  life: OwnedLife,
  isCurrent: boolean,
  { state, profile }: ShownLife,
): ConnectionRow => ({
  connection_id: id,
  user_id: life.userId,
  life: life.life,
  current_owner: isCurrent,
  status: life.status,
  client_key: life.clientKey,
  sealed_profile: life.profile,
  sealed_access_token: life.tokens?.access ?? null,
  sealed_refresh_token: life.tokens?.refresh ?? null,
  scopes: [...life.scopes],
  access_token_expires_at: life.accessTokenExpiresAt,
  refresh_token_expires_at: life.refreshTokenExpiresAt,
  reauthorization_reason: life.reauthorizationReason,
  connected_at: life.connectedAt,
  first_connected_at: life.firstConnectedAt,
  connection_first_connected_at: firstConnectedAt,
  updated_at: life.updatedAt,
  revision: life.revision,
  profile_state: state,
  ...profile,
});
