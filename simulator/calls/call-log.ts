import type { Caller } from '../wire/caller.ts';
import type { Call } from '../wire/call.ts';
import { parametersOf } from '../wire/parameters.ts';

/** One call the simulator received. Tokens and secrets stand in it as they were sent: everything here is made up. */
export type CallRecord = {
  readonly id: number;
  /** Simulated and real time of arrival, RFC 3339. */
  readonly at: string;
  readonly real_at: string;
  readonly endpoint: string;
  readonly method: string;
  readonly path: string;
  readonly client_key: string | null;
  readonly account: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly log_id: string;
  /** Calls to the same endpoint under way at arrival, this one included. */
  readonly in_flight: number;
  readonly fault: Readonly<{ id: number; action: string }> | null;
  /** Whether the request was carried out; false while it waits and where a fault came first. */
  processed: boolean;
  /** Null as long as there is none, and when the call was hung up on or left hanging. */
  status: number | null;
  error: string | null;
  duration_ms: number | null;
};

const keptCalls = 20_000;
const toldHeaders = [
  'accept',
  'authorization',
  'cache-control',
  'content-length',
  'content-type',
  'host',
  'origin',
  'referer',
  'traceparent',
  'user-agent',
];

export type CallLog = Readonly<{
  begin(call: Call, endpoint: string, caller: Caller, fault: CallRecord['fault']): CallRecord;
  /** The call is over; said again, it changes nothing. */
  end(record: CallRecord): void;
  /** Oldest first. */
  all(): readonly CallRecord[];
  clear(): void;
}>;

/** Keeps the newest 20,000 calls in memory. */
export function createCallLog(): CallLog {
  let records: CallRecord[] = [];
  let lastId = 0;
  const inFlight = new Map<string, number>();
  return {
    begin: (call, endpoint, caller, fault) => {
      lastId += 1;
      const together = (inFlight.get(endpoint) ?? 0) + 1;
      inFlight.set(endpoint, together);
      const record: CallRecord = {
        id: lastId,
        at: new Date(call.at).toISOString(),
        real_at: new Date().toISOString(),
        endpoint,
        method: call.method,
        path: call.path,
        client_key: caller.clientKey,
        account: caller.account,
        headers: Object.fromEntries(Object.entries(call.headers).filter(([name]) => toldHeaders.includes(name))),
        parameters: parametersOf(call),
        log_id: call.logId,
        in_flight: together,
        fault,
        processed: false,
        status: null,
        error: null,
        duration_ms: null,
      };
      records.push(record);
      if (records.length > keptCalls * 1.1) records = records.slice(-keptCalls);
      return record;
    },
    end: (record) => {
      if (record.duration_ms !== null) return;
      record.duration_ms = Date.now() - Date.parse(record.real_at);
      inFlight.set(record.endpoint, (inFlight.get(record.endpoint) ?? 1) - 1);
    },
    all: () => records,
    clear: () => {
      records = [];
    },
  };
}
