import type { ResultAsync } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';

/** An entry as it stands in the log. `kind` and `detail` may be those of another version of the service. */
export type LoggedEntry = Readonly<{
  /** Decimal digits; ids grow. */
  id: string;
  at: Instant;
  kind: string;
  principal: string;
  connectionId: ConnectionId | null;
  detail: Readonly<Record<string, unknown>>;
}>;

export type SecurityLogQuery = Readonly<{
  /** The id to go on behind; from the first entry when null. */
  after: string | null;
  /** 1 to 200. */
  limit: number;
  /** Only entries about this one; all when null. */
  connectionId: ConnectionId | null;
}>;

export type SecurityLogPage = Readonly<{
  entries: readonly LoggedEntry[];
  /** Null when nothing more can be read now; whoever waits for more goes on behind the last entry. */
  nextAfter: string | null;
}>;

/** The security log in the order of its ids. No entry is ever passed over, however late it is committed. */
export interface SecurityLogPages {
  page(query: SecurityLogQuery): ResultAsync<SecurityLogPage, Unavailable>;
}
