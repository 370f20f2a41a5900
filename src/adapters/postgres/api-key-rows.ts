import { z } from 'zod';
import type { ApiKey } from '../../application/ports/api-keys.ts';
import { apiScopes } from '../../application/execution/principal.ts';
import { instantColumn } from './row-types.ts';

/** A key that has not been revoked, with the SHA-256 of its secret as hex. */
export type LiveKey = Readonly<{ key: ApiKey; secretDigest: string }>;

export const apiKeysChannel = 'tiktok_connections_api_keys';

const columns = 'id, name, scopes, created_at, revoked_at';

export const insertKey = {
  name: 'api_keys.insert',
  text: `insert into tiktok_connections.api_keys (id, name, scopes, secret_digest) values ($1, $2, $3, $4) returning ${columns}`,
};

export const selectKeys = {
  name: 'api_keys.select',
  text: `select ${columns} from tiktok_connections.api_keys order by created_at, id`,
};

export const revokeKey = {
  name: 'api_keys.revoke',
  text: `update tiktok_connections.api_keys set revoked_at = coalesce(revoked_at, clock_timestamp())
    where id = $1 returning ${columns}`,
};

/** Sent in the transaction of every change; the notification goes out with its commit. */
export const keyChanged = `update tiktok_connections.api_keys_version set version = version + 1; notify ${apiKeysChannel}`;

export const liveKey = {
  name: 'api_keys.live_key',
  text: `select ${columns}, secret_digest from tiktok_connections.api_keys where id = $1 and revoked_at is null`,
};

export const liveKeys = {
  name: 'api_keys.live_keys',
  text: `select ${columns}, secret_digest from tiktok_connections.api_keys where revoked_at is null`,
};

export const keysVersion = { name: 'api_keys.version', text: 'select version from tiktok_connections.api_keys_version' };
export const versionRow = z.object({ version: z.string() });

const keyColumns = {
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(apiScopes)),
  created_at: instantColumn,
  revoked_at: instantColumn.nullable(),
};

const keyOf = (row: z.output<z.ZodObject<typeof keyColumns>>): ApiKey => ({
  id: row.id,
  name: row.name,
  scopes: row.scopes,
  createdAt: row.created_at,
  revokedAt: row.revoked_at,
});

export const apiKeyRow = z.object(keyColumns).transform(keyOf);
export const liveKeyRow = z
  .object({ ...keyColumns, secret_digest: z.string() })
  .transform(({ secret_digest: secretDigest, ...row }): LiveKey => ({ key: keyOf(row), secretDigest }));
