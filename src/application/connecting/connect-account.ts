import { err, ok, type Result } from 'neverthrow';
import type { Connect } from '../../domain/connection/commands.ts';
import type { ConnectionRejection } from '../../domain/connection/rejections.ts';
import { lifeOfNextConnect, type ConnectionState } from '../../domain/connection/state.ts';
import type { AuthorizationId, ConnectionId, UserId } from '../../domain/values/ids.ts';
import { plusMillis } from '../../domain/values/instant.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import type { Purpose, Sealed } from '../../domain/values/sealed.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type Executed, type ExecutionFailure, type ExecutionPorts } from '../execution/execute.ts';
import type { Erased, KeyLost, Sealer } from '../ports/sealer.ts';
import type { DatabaseClock } from '../ports/database-clock.ts';
import type { ConnectSettings } from '../ports/settings.ts';
import type { TikTokProfile, TokenAnswer } from '../ports/tiktok.ts';
import { profileToText } from '../reading/profile.ts';
import type { Unavailable } from '../failures.ts';

export interface ConnectPorts extends ExecutionPorts {
  readonly databaseClock: DatabaseClock;
  readonly sealer: Sealer;
  readonly settings: ConnectSettings;
}

export type Consent = Readonly<{
  userId: UserId;
  authorizationId: AuthorizationId;
  tokens: TokenAnswer;
  profile: TikTokProfile;
}>;

type SealFailure = Erased | KeyLost | Unavailable;
export type ConnectFailure = ConnectionRejection | SealFailure | ExecutionFailure;

/** A life that ends between load and seal has lost its keys; the next load shows it. More often than this is a fault. */
const staleStateLimit = 5;

const prepareConnect =
  (ports: ConnectPorts, id: ConnectionId, consent: Consent) =>
  async (state: ConnectionState): Promise<Result<Connect, SealFailure>> => {
    const life = lifeOfNextConnect(state);
    const seal = (purpose: Purpose, field: string, plain: Secret<string>): PromiseLike<Result<Sealed, SealFailure>> =>
      ports.sealer.seal({ connectionId: id, life, purpose, field }, plain);
    const access = await seal('tokens', 'access_token', consent.tokens.accessToken);
    if (access.isErr()) return err(access.error);
    const refresh = await seal('tokens', 'refresh_token', consent.tokens.refreshToken);
    if (refresh.isErr()) return err(refresh.error);
    const profile = await seal('profile', 'profile', secret(profileToText(consent.profile)));
    if (profile.isErr()) return err(profile.error);
    // Ends of tokens are judged by the database's clock, so they are counted from it.
    const now = await ports.databaseClock.now();
    if (now.isErr()) return err(now.error);
    const at = now.value;
    const { scopes, expiresIn, refreshExpiresIn } = consent.tokens;
    return ok({
      type: 'Connect',
      life,
      userId: consent.userId,
      clientKey: ports.settings.clientKey,
      authorizationId: consent.authorizationId,
      profile: profile.value,
      tokens: { access: access.value, refresh: refresh.value },
      scopes,
      accessTokenExpiresAt: plusMillis(at, expiresIn * 1_000),
      refreshTokenExpiresAt: refreshExpiresIn === null ? null : plusMillis(at, refreshExpiresIn * 1_000),
      at,
    });
  };

/** Writes what TikTok granted: a first connect, a re-consent, or a new life of the account's one history. */
export const connectAccount = async (
  ports: ConnectPorts,
  context: CommandContext,
  consent: Consent,
): Promise<Result<Executed<ConnectionState> & Readonly<{ connectionId: ConnectionId }>, ConnectFailure>> => {
  const connectionId = ports.ids.connectionId(ports.settings.clientKey, consent.profile.open_id);
  const prepare = prepareConnect(ports, connectionId, consent);
  for (let tries = 1; ; tries += 1) {
    const executed = await execute(ports, connectionAggregate, context, connectionId, 'connect', prepare);
    if (executed.isOk()) return ok({ ...executed.value, connectionId });
    if (executed.error.kind !== 'Erased' || tries === staleStateLimit) return err(executed.error);
  }
};
