import { err, ok, type Result } from 'neverthrow';
import { millisOf, plusMillis, type Instant } from '../../domain/values/instant.ts';
import type { LegacyConnection, LegacyRow, LegacyTokens, ReadLegacyCells, RowRefusal } from '../ports/legacy-connections.ts';

export interface OpenRowPorts {
  readonly readCells: ReadLegacyCells;
  readonly tokens: LegacyTokens;
}

/** A row with its tokens in clear. `connectedAt` is when the life it speaks of began. */
export type OpenedRow = Omit<LegacyConnection, 'createdAt'> & Readonly<{ connectedAt: Instant }>;

const day = 86_400_000;
const longestLifeMillis = 3_650 * day;

/** The clock that wrote the row need not agree with ours to the second. */
const mayHaveBegun = (at: Instant, now: Instant): boolean => at <= plusMillis(now, day);

const mayExpire = (at: Instant, now: Instant): boolean => millisOf(at) - millisOf(now) <= longestLifeMillis;

/** Makes sense of a row and opens its tokens; touches nothing but the row. */
export const openRow = ({ readCells, tokens }: OpenRowPorts, row: LegacyRow, now: Instant): Result<OpenedRow, RowRefusal> =>
  row.cells.andThen(readCells).andThen(({ createdAt, ...read }): Result<OpenedRow, RowRefusal> => {
    if (createdAt !== null && !mayHaveBegun(createdAt, now)) return err({ reason: 'bad_date', column: 'created_at' });
    if (!mayExpire(read.accessTokenExpiresAt, now)) return err({ reason: 'bad_date', column: 'token_expires_at' });
    const access = tokens.open(read.accessToken);
    if (access.isErr()) return err({ reason: access.error, column: 'access_token' });
    const refresh = tokens.open(read.refreshToken);
    if (refresh.isErr()) return err({ reason: refresh.error, column: 'refresh_token' });
    return ok({ ...read, accessToken: access.value, refreshToken: refresh.value, connectedAt: createdAt ?? now });
  });
