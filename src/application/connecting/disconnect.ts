import { err, ok, type Result } from 'neverthrow';
import type { ConnectionRejection } from '../../domain/connection/rejections.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type ExecutionFailure, type ExecutionPorts } from '../execution/execute.ts';
import type { Principal } from '../execution/principal.ts';
import { viewerOf } from '../execution/principal.ts';
import type { Unavailable } from '../failures.ts';
import type { ProjectionProgress } from '../ports/projection-progress.ts';
import type { Sealer } from '../ports/sealer.ts';
import type { TikTokAuthorization } from '../ports/tiktok.ts';
import { evolveRecord, type ConnectionRecord, type OwnedLife } from '../reading/connection-record.ts';
import type { ConnectionView } from '../reading/connection-view.ts';
import { loadRecord } from '../reading/load-record.ts';
import { lifeSeenBy, renderView } from '../reading/render-view.ts';

export interface DisconnectPorts extends ExecutionPorts {
  readonly sealer: Sealer;
  readonly tiktok: Pick<TikTokAuthorization, 'revoke'>;
  readonly progress: ProjectionProgress;
}

export type ConnectionNotFound = Readonly<{ kind: 'ConnectionNotFound' }>;
export type DisconnectFailure = ConnectionNotFound | ConnectionRejection | ExecutionFailure;

const revokeLimitMillis = 5_000;
const projectionWaitMillis = 2_000;

/**
 * Best effort: the person's wish to disconnect does not wait for TikTok. True when TikTok confirmed. `Unavailable` when
 * the keys cannot be read now: nobody could revoke after them, for they go with the life.
 */
const revokeAtTikTok = async (ports: DisconnectPorts, connectionId: ConnectionId, life: OwnedLife): Promise<Result<boolean, Unavailable>> => {
  if (life.tokens === null) return ok(false);
  const context = { connectionId, life: life.life, purpose: 'tokens', field: 'access_token' } as const;
  const accessToken = await ports.sealer.open({ context, sealed: life.tokens.access });
  if (accessToken.isErr()) return accessToken.error.kind === 'Unavailable' ? err(accessToken.error) : ok(false);
  const revoked = await ports.tiktok.revoke(accessToken.value, revokeLimitMillis);
  return ok(revoked.isOk());
};

const endLife = async (
  ports: DisconnectPorts,
  context: CommandContext,
  principal: Principal,
  record: ConnectionRecord,
  life: OwnedLife,
): Promise<Result<ConnectionRecord, DisconnectFailure>> => {
  const revoked = await revokeAtTikTok(ports, record.id, life);
  if (revoked.isErr()) return err(revoked.error);
  const executed = await execute(ports, connectionAggregate, context, record.id, 'disconnect', () =>
    Promise.resolve(
      ok({
        type: 'Disconnect',
        life: life.life,
        requester: principal.kind === 'user' ? principal.userId : null,
        by: { kind: principal.kind === 'user' ? 'user' : 'operator' },
        revokeConfirmed: revoked.value,
        at: ports.clock.now(),
      } as const),
    ),
  );
  if (executed.isErr()) return err(executed.error);
  const { events, checkpoint } = executed.value;
  if (checkpoint === null) {
    const reloaded = await loadRecord(ports.eventStore, record.id);
    return reloaded.map((current) => current ?? record);
  }
  await ports.progress.waitFor(checkpoint, projectionWaitMillis);
  return ok(events.reduce<ConnectionRecord>((folded, event) => evolveRecord(folded, record.id, event) ?? folded, record));
};

/**
 * Ends the life that the caller sees and answers it as it is then. Revokes at TikTok first (5 s at most). A life that
 * has ended already is answered as it is.
 */
export const disconnect = async (
  ports: DisconnectPorts,
  context: CommandContext,
  principal: Principal,
  connectionId: ConnectionId,
): Promise<Result<ConnectionView, DisconnectFailure>> => {
  const viewer = viewerOf(principal);
  const loaded = await loadRecord(ports.eventStore, connectionId);
  if (loaded.isErr()) return err(loaded.error);
  const life = loaded.value === null ? undefined : lifeSeenBy(loaded.value, viewer);
  if (loaded.value === null || life === undefined) return err({ kind: 'ConnectionNotFound' });
  if (life.status === 'disconnected') return renderView(ports.sealer, connectionId, life);
  const ended = await endLife(ports, context, principal, loaded.value, life);
  if (ended.isErr()) return err(ended.error);
  return renderView(ports.sealer, connectionId, lifeSeenBy(ended.value, viewer) ?? life);
};
