import type { ResultAsync } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Unavailable } from '../failures.ts';

export type SecurityFact =
  | Readonly<{ kind: 'access_token_granted'; detail: Readonly<{ reason: string | null; revision: number; expires_at: string }> }>
  | Readonly<{ kind: 'connect_refused'; detail: Readonly<{ code: string; user_id: string | null; tiktok: string | null }> }>
  | Readonly<{ kind: 'api_key_created'; detail: Readonly<{ key_id: string; name: string; scopes: readonly string[] }> }>
  | Readonly<{ kind: 'api_key_revoked'; detail: Readonly<{ key_id: string }> }>
  | Readonly<{ kind: 'keys_destroyed'; detail: Readonly<{ life: number; purposes: readonly string[] }> }>
  | Readonly<{ kind: 'key_rotation_started'; detail: Readonly<{ sealing_key: string; data_keys: number }> }>
  | Readonly<{ kind: 'key_rotation_finished'; detail: Readonly<{ sealing_key: string; rewrapped: number; remaining: number }> }>
  /** Written before anything is done about it. `user_id` is null where it is about one connection. */
  | Readonly<{ kind: 'erasure_requested'; detail: Readonly<{ user_id: string | null }> }>
  | Readonly<{ kind: 'fences_reapplied'; detail: Readonly<{ fences: number }> }>
  | Readonly<{
      kind: 'connections_imported';
      detail: Readonly<{ rows: number; imported: number; skipped: number; refused: number; completed: boolean }>;
    }>
  /** `causes`: together with what caused it and follows from it in the streams of its connection. */
  | Readonly<{ kind: 'history_read'; detail: Readonly<{ stream: string; causes?: true }> }>;

export type SecurityEntry = SecurityFact & Readonly<{ principal: string; connectionId: ConnectionId | null }>;

/** Append-only facts outside the aggregates. Never a secret, never personal data beyond the user id. */
export interface SecurityLog {
  record(entry: SecurityEntry): ResultAsync<void, Unavailable>;
}
