import type { ResultAsync } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Unavailable } from '../failures.ts';

export type SecurityFact =
  | Readonly<{ kind: 'access_token_granted'; detail: Readonly<{ reason: string | null; revision: number; expires_at: string }> }>
  | Readonly<{ kind: 'connect_refused'; detail: Readonly<{ code: string; user_id: string | null; tiktok: string | null }> }>
  | Readonly<{ kind: 'api_key_created'; detail: Readonly<{ key_id: string; name: string; scopes: readonly string[] }> }>
  | Readonly<{ kind: 'api_key_revoked'; detail: Readonly<{ key_id: string }> }>
  | Readonly<{ kind: 'keys_destroyed'; detail: Readonly<{ life: number; purposes: readonly string[] }> }>
  | Readonly<{ kind: 'history_read'; detail: Readonly<{ stream: string }> }>;

export type SecurityEntry = SecurityFact & Readonly<{ principal: string; connectionId: ConnectionId | null }>;

/** Append-only facts outside the aggregates. Never a secret, never personal data beyond the user id. */
export interface SecurityLog {
  record(entry: SecurityEntry): ResultAsync<void, Unavailable>;
}
