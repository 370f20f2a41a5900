import type { BaseOptions } from '@eventstore/db-client';
import type { Place } from './places.ts';

/** What every call is made with: reads from a follower may be stale. */
export type CallOptions = Required<Pick<BaseOptions, 'credentials' | 'requiresLeader'>>;

/** An event as the server takes it; data and metadata are JSON. */
export type EventBytes = Readonly<{ id: string; type: string; data: Uint8Array; metadata: Uint8Array }>;

/** @property expected the revision that the stream ends with */
export type AppendRequest = Readonly<{ stream: string; expected: bigint | 'no_stream'; events: readonly EventBytes[] }>;

/** The place of the last event; undefined when the server does not tell it. Rejects with `AppendRefused`, or with what became of the connection. */
export type SendAppend = (request: AppendRequest) => Promise<Place | undefined>;

/** The server's answer to one append, in the words that the client has for it. */
export class AppendRefused extends Error {
  readonly type: string;
  readonly maxAppendSize: number | undefined;

  constructor(type: string, message = type, maxAppendSize?: number) {
    super(message);
    this.type = type;
    this.maxAppendSize = maxAppendSize;
  }
}
