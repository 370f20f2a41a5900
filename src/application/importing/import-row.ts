import { err, errAsync, ok, type Result, type ResultAsync } from 'neverthrow';
import type { Connect } from '../../domain/connection/commands.ts';
import type { ConnectionState } from '../../domain/connection/state.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import type { Purpose, Sealed } from '../../domain/values/sealed.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import { execute, type ExecutionPorts } from '../execution/execute.ts';
import { load } from '../execution/load.ts';
import type { Unavailable } from '../failures.ts';
import type { RowReason } from '../ports/legacy-connections.ts';
import type { Erased, KeyLost, Sealer } from '../ports/sealer.ts';
import type { ConnectSettings } from '../ports/settings.ts';
import { noProfile, profileToText } from '../reading/profile.ts';
import type { OpenedRow } from './open-row.ts';

export interface ImportRowPorts extends ExecutionPorts {
  readonly sealer: Sealer;
  readonly settings: Pick<ConnectSettings, 'clientKey'>;
}

/** `skipped`: the account has a history here, of whatever kind; it is newer than any row. */
export type RowOutcome = 'imported' | 'skipped' | Readonly<{ refused: RowReason }>;

type HasHistory = Readonly<{ kind: 'HasHistory' }>;
type PrepareFailure = HasHistory | Erased | KeyLost | Unavailable;

const firstLife = 1;

const sealedConnect = (ports: ImportRowPorts, id: ConnectionId, row: OpenedRow): ResultAsync<Connect, Erased | KeyLost | Unavailable> => {
  const seal = (purpose: Purpose, field: string, plain: Secret<string>): ResultAsync<Sealed, Erased | KeyLost | Unavailable> =>
    ports.sealer.seal({ connectionId: id, life: firstLife, purpose, field }, plain);
  const profile = profileToText({
    ...noProfile,
    open_id: row.openId,
    union_id: row.unionId,
    display_name: row.displayName,
    avatar_url: row.avatarUrl,
  });
  return seal('tokens', 'access_token', row.accessToken).andThen((access) =>
    seal('tokens', 'refresh_token', row.refreshToken).andThen((refresh) =>
      seal('profile', 'profile', secret(profile)).map((sealedProfile): Connect => ({
        type: 'Connect',
        life: firstLife,
        userId: row.userId,
        clientKey: ports.settings.clientKey,
        authorizationId: ports.ids.authorizationId(),
        profile: sealedProfile,
        tokens: { access, refresh },
        scopes: row.scopes,
        accessTokenExpiresAt: row.accessTokenExpiresAt,
        refreshTokenExpiresAt: null,
        at: row.connectedAt,
      })),
    ),
  );
};

/** Begins the account's history with the row, unless it has one. @param importId names the whole import in the events' metadata */
export const importRow = async (
  ports: ImportRowPorts,
  importId: string,
  id: ConnectionId,
  row: OpenedRow,
): Promise<Result<RowOutcome, Unavailable>> => {
  const prepare = async (state: ConnectionState): Promise<Result<Connect, PrepareFailure>> =>
    state.status === 'none' ? sealedConnect(ports, id, row) : errAsync<Connect, PrepareFailure>({ kind: 'HasHistory' });
  const context = {
    commandId: ports.ids.commandId(),
    actor: { kind: 'system', id: 'import' },
    correlationId: importId,
    causationId: null,
    traceparent: null,
  } as const;
  const executed = await execute(ports, connectionAggregate, context, id, 'import', prepare);
  if (executed.isOk()) return ok('imported');
  switch (executed.error.kind) {
    case 'Unavailable':
      return err(executed.error);
    case 'Erased':
      return ok({ refused: 'data_erased' });
    case 'KeyLost':
      return ok({ refused: 'key_lost' });
    case 'UnreadableHistory':
      return ok({ refused: 'history_unreadable' });
    default:
      return ok('skipped');
  }
};

/** What `importRow` would do; writes nothing. */
export const foreseeRow = async (ports: ImportRowPorts, id: ConnectionId): Promise<Result<RowOutcome, Unavailable>> => {
  const loaded = await load(ports.eventStore, connectionAggregate, id);
  if (loaded.isErr()) return loaded.error.kind === 'Unavailable' ? err(loaded.error) : ok({ refused: 'history_unreadable' });
  if (loaded.value.head.revision > 0) return ok('skipped');
  const key = await ports.sealer.hold({ connectionId: id, life: firstLife, purpose: 'tokens' });
  if (key.isErr() && key.error.kind === 'Unavailable') return err(key.error);
  return ok(key.isErr() && key.error.kind === 'Erased' ? { refused: 'data_erased' } : 'imported');
};
