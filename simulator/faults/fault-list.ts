import type { Caller } from '../wire/caller.ts';
import type { Fault, FaultRule } from './fault.ts';

/** The faults in force, in the order they were set: the first that fits a call strikes. */
export type FaultList = Readonly<{
  add(rule: FaultRule): Fault;
  all(): readonly Fault[];
  remove(id: number): boolean;
  clear(): void;
  /** The fault that strikes this call, counted down; null for none. */
  take(endpoint: string, caller: Caller): Fault | null;
}>;

export function createFaultList(): FaultList {
  const faults = new Map<number, Fault>();
  let lastId = 0;

  const take = (endpoint: string, caller: Caller): Fault | null => {
    for (const fault of faults.values()) {
      if (!fits(fault, endpoint, caller)) continue;
      if (fault.skip > 0) {
        faults.set(fault.id, { ...fault, skip: fault.skip - 1 });
        continue;
      }
      const times = fault.times === null ? null : fault.times - 1;
      const struck = { ...fault, times: times === 0 ? 1 : times, struck: fault.struck + 1 };
      if (times === 0) faults.delete(fault.id);
      else faults.set(fault.id, struck);
      return struck;
    }
    return null;
  };

  return {
    add: (rule) => {
      lastId += 1;
      const fault = { ...rule, id: lastId, struck: 0 };
      faults.set(fault.id, fault);
      return fault;
    },
    all: () => [...faults.values()],
    remove: (id) => faults.delete(id),
    clear: () => faults.clear(),
    take,
  };
}

function fits(fault: Fault, endpoint: string, caller: Caller): boolean {
  const named = fault.endpoint === '*' || fault.endpoint === endpoint || endpoint.startsWith(`${fault.endpoint}.`);
  const ofApp = fault.client_key === undefined || fault.client_key === caller.clientKey;
  return named && ofApp && (fault.account === undefined || fault.account === caller.account);
}
