import { err, ok, type Result } from 'neverthrow';
import type { PastLife } from '../../domain/connection/state.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { purposes, type Purpose } from '../../domain/values/sealed.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import { load } from '../execution/load.ts';
import type { Unavailable } from '../failures.ts';
import type { DataKeyRecords } from '../ports/data-key-records.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { PersonalRecords } from '../ports/personal-records.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import { lifeHasEnded } from '../work-lists/life-has-ended.ts';
import type { WorkHandler, WorkOutcome } from '../work-lists/work-handler.ts';

export interface DestroyKeysPorts {
  readonly eventStore: EventStore;
  readonly dataKeys: DataKeyRecords;
  readonly securityLog: SecurityLog;
  readonly personalRecords: Pick<PersonalRecords, 'forgetLife'>;
}

const retry = (reason: string): WorkOutcome => ({ kind: 'Retry', afterMillis: 1_000, reason });

const destroyErased = async (ports: DestroyKeysPorts, connectionId: ConnectionId, past: PastLife): Promise<Result<readonly Purpose[], Unavailable>> => {
  const slots = purposes.map((purpose) => ({ connectionId, life: past.life, purpose }));
  const fenced = await ports.dataKeys.fence(slots, 'erased');
  if (fenced.isErr()) return err(fenced.error);
  // Behind the fences nothing opens, so nothing of this life is written into a read model any more.
  const forgotten = await ports.personalRecords.forgetLife(connectionId, past);
  return forgotten.isErr() ? err(forgotten.error) : ok(purposes);
};

const destroyTokens = async (ports: DestroyKeysPorts, connectionId: ConnectionId, life: number): Promise<Result<readonly Purpose[], Unavailable>> => {
  const fenced = await ports.dataKeys.fence([{ connectionId, life, purpose: 'tokens' }], 'disconnected');
  return fenced.isErr() ? err(fenced.error) : ok(['tokens']);
};

/**
 * Event first, key second: once the history says that a life has ended, the key of its tokens is destroyed and a fence
 * put where it was; once it says that a life is erased, all its keys, and what was opened with them. Harmless to repeat.
 */
export const destroyKeysOfEndedLife =
  (ports: DestroyKeysPorts): WorkHandler =>
  async ({ connectionId, life }) => {
    const loaded = await load(ports.eventStore, connectionAggregate, connectionId);
    if (loaded.isErr()) return retry(loaded.error.kind);
    const { state } = loaded.value;
    const erased = state.status === 'none' ? undefined : state.lives.find((past) => past.life === life && past.erased);
    if (erased === undefined && !lifeHasEnded(state, life)) return { kind: 'Done' };
    const destroyed = await (erased === undefined ? destroyTokens(ports, connectionId, life) : destroyErased(ports, connectionId, erased));
    if (destroyed.isErr()) return retry(destroyed.error.reason);
    const logged = await ports.securityLog.record({
      kind: 'keys_destroyed',
      detail: { life, purposes: destroyed.value },
      principal: 'system:destroy_keys',
      connectionId,
    });
    return logged.isErr() ? retry(logged.error.reason) : { kind: 'Done' };
  };
