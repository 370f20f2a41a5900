import { connectionAggregate } from '../execution/aggregate.ts';
import { load } from '../execution/load.ts';
import type { DataKeyRecords } from '../ports/data-key-records.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import type { WorkHandler, WorkOutcome } from '../work/work-handler.ts';

export interface DestroyKeysPorts {
  readonly eventStore: EventStore;
  readonly dataKeys: DataKeyRecords;
  readonly securityLog: SecurityLog;
}

const retry = (reason: string): WorkOutcome => ({ kind: 'Retry', afterMillis: 1_000, reason });

/**
 * Event first, key second: once the history says that a life has ended, the key of its tokens is destroyed and a fence
 * put where it was. Harmless to repeat.
 */
export const destroyKeysOfEndedLife =
  (ports: DestroyKeysPorts): WorkHandler =>
  async ({ connectionId, life }) => {
    const loaded = await load(ports.eventStore, connectionAggregate, connectionId);
    if (loaded.isErr()) return retry(loaded.error.kind);
    const { state } = loaded.value;
    const ended = state.status !== 'none' && (state.life > life || (state.life === life && state.status === 'disconnected'));
    if (!ended) return { kind: 'Done' };
    const fenced = await ports.dataKeys.fence([{ connectionId, life, purpose: 'tokens' }], 'disconnected');
    if (fenced.isErr()) return retry(fenced.error.reason);
    const logged = await ports.securityLog.record({
      kind: 'keys_destroyed',
      detail: { life, purposes: ['tokens'] },
      principal: 'system:destroy_keys',
      connectionId,
    });
    return logged.isErr() ? retry(logged.error.reason) : { kind: 'Done' };
  };
