import type { Result } from 'neverthrow';
import type { OpenId, UserId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import type { Secret } from '../../domain/values/secret.ts';

/** What a table must have to be imported. */
export const neededColumns = [
  'user_id',
  'tiktok_open_id',
  'display_name',
  'access_token',
  'refresh_token',
  'token_expires_at',
  'scope',
  'created_at',
] as const;
/** What is read where it is there; every other column is passed over. */
export const furtherColumns = ['id', 'tiktok_union_id', 'avatar_url'] as const;
export const legacyColumns = [...neededColumns, ...furtherColumns] as const;
export type LegacyColumn = (typeof legacyColumns)[number];

/** A row as text. Null where there is nothing. */
export type LegacyCells = Readonly<Record<LegacyColumn, string | null>>;

/** Why a row is not imported. The names are part of what `import --json` prints. */
export type RowReason =
  | 'wrong_number_of_cells'
  | 'too_long'
  | 'bad_user_id'
  | 'bad_open_id'
  | 'bad_union_id'
  | 'bad_date'
  | 'bad_scope'
  | 'missing_scope'
  | 'token_not_encrypted'
  | 'token_not_opened'
  | 'duplicate_open_id'
  | 'data_erased'
  | 'key_lost'
  | 'history_unreadable';

/** Holds no value of the row. `column` is null where the row as a whole is at fault. */
export type RowRefusal = Readonly<{ reason: RowReason; column: LegacyColumn | null }>;

export type LegacyRow = Readonly<{
  /** From 1: the line of the file on which the row begins, or how many rows of the table came up to this one. */
  number: number;
  cells: Result<LegacyCells, RowRefusal>;
}>;

/** `unusable`: what was named cannot be imported as it is. `away`: it may be back later. */
export type SourceFailure = Readonly<{ kind: 'unusable' | 'away'; sentence: string }>;

/** Where rows come from. */
export interface LegacyRows {
  readonly numbers: 'line' | 'row';
  /** Row by row, never the whole; ends after a failure. Stopping early lets go of file and connection. */
  read(): AsyncGenerator<Result<LegacyRow, SourceFailure>, void, undefined>;
}

/** A row that makes sense. Its tokens are still encrypted as the table held them. */
export type LegacyConnection = Readonly<{
  userId: UserId;
  openId: OpenId;
  unionId: string | null;
  displayName: string;
  avatarUrl: string | null;
  accessToken: Secret<string>;
  refreshToken: Secret<string>;
  accessTokenExpiresAt: Instant;
  scopes: readonly Scope[];
  /** Null when the table does not say. */
  createdAt: Instant | null;
}>;

export type ReadLegacyCells = (cells: LegacyCells) => Result<LegacyConnection, RowRefusal>;

/** Opens tokens that were encrypted with the old key. */
export interface LegacyTokens {
  open(encrypted: Secret<string>): Result<Secret<string>, 'token_not_encrypted' | 'token_not_opened'>;
}
