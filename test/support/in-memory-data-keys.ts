import { okAsync } from 'neverthrow';
import type { DataKeyRecords, KeyRecord, KeySlot } from '../../src/application/ports/data-key-records.ts';

const nameOf = ({ connectionId, life, purpose }: KeySlot): string => JSON.stringify([connectionId, life, purpose]);

const missing: KeyRecord = { kind: 'Missing' };

export interface InMemoryDataKeys extends DataKeyRecords {
  /** How often `find` was called. */
  readonly lookUps: number;
  /** Every slot that holds a key or a fence. */
  readonly records: ReadonlyMap<string, KeyRecord>;
  /** Overwrites what a slot holds, as a restore or an intruder would. */
  put(slot: KeySlot, record: KeyRecord): void;
}

export const inMemoryDataKeys = (): InMemoryDataKeys => {
  const records = new Map<string, KeyRecord>();
  const held = (slot: KeySlot): KeyRecord => records.get(nameOf(slot)) ?? missing;
  let lookUps = 0;
  return {
    records,
    get lookUps() {
      return lookUps;
    },
    put: (slot, record) => void records.set(nameOf(slot), record),
    find: (slots) => {
      lookUps += 1;
      return okAsync(slots.map(held));
    },
    add: (slot, key) => {
      if (held(slot).kind === 'Missing') records.set(nameOf(slot), { kind: 'Key', key });
      return okAsync(held(slot));
    },
    fence: (slots) => {
      for (const slot of slots) records.set(nameOf(slot), { kind: 'Fenced' });
      return okAsync(undefined);
    },
  };
};
