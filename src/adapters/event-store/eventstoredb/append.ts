import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../../application/failures.ts';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { AppendFailure, EventAddress, StreamHead } from '../../../application/ports/event-store.ts';
import type { EntryToAppend } from '../event-log.ts';
import { within } from './connection.ts';
import { outcomeOf, storeUnavailable } from './failures.ts';
import { readStream, type StoreParts } from './read-stream.ts';
import { toJsonEvent } from './records.ts';

/** The server compares revisions only; what the stream's end was made of is for us to compare. */
const standsBehind = async (parts: StoreParts, store: string, stream: StreamName, head: StreamHead): Promise<Result<boolean, Unavailable>> => {
  if (head.revision === 0 || head.hash === null) return ok(head.revision === 0 && head.hash === null);
  if (parts.known.knows(stream, head)) return ok(true);
  const read = await readStream(parts, store, stream, head.revision, 1);
  return read.map(([event]) => event?.revision === head.revision && event.hash === head.hash);
};

const bytesOf = (entries: readonly EntryToAppend[]): number =>
  entries.reduce((sum, { data, metadata }) => sum + Buffer.byteLength(data) + Buffer.byteLength(metadata), 0);

const send = async (
  { connection, namespace, limits }: StoreParts,
  stream: StreamName,
  head: StreamHead,
  entries: readonly EntryToAppend[],
): Promise<Result<void, AppendFailure>> => {
  const events = entries.map(toJsonEvent);
  const expectedRevision = head.revision === 0 ? ('no_stream' as const) : BigInt(head.revision) - 1n;
  const append = connection.call((client, options) =>
    client.appendToStream(`${namespace}${stream}`, events, { ...options, expectedRevision, deadline: limits.appendMillis }),
  );
  try {
    await within(limits.appendMillis, append);
    return ok(undefined);
  } catch (error) {
    const outcome = outcomeOf(error);
    switch (outcome.kind) {
      case 'conflict':
        return err({ kind: 'Conflict', stream });
      case 'nothing-written':
        return err(storeUnavailable(error));
      case 'unknown':
        return err({ kind: 'OutcomeUnknown', stream });
      case 'too-large':
        return err({ kind: 'EventTooLarge', stream, bytes: bytesOf(entries), limit: outcome.limit ?? bytesOf(entries) });
    }
  }
};

/**
 * Appends behind an explicit revision, which makes a repeat harmless: the store finds the same ids there and writes
 * nothing. Its answer names neither times nor positions, so what stands there is read.
 */
export const appendEntries = async (
  parts: StoreParts,
  store: string,
  stream: StreamName,
  head: StreamHead,
  entries: readonly EntryToAppend[],
): Promise<Result<readonly EventAddress[], AppendFailure>> => {
  const stands = await standsBehind(parts, store, stream, head);
  if (stands.isErr()) return err(stands.error);
  if (!stands.value) return err({ kind: 'Conflict', stream });
  const sent = await send(parts, stream, head, entries);
  if (sent.isErr()) return err(sent.error);
  const written = await readStream(parts, store, stream, head.revision + 1, entries.length);
  // It is written, but what was recorded about it is not known: a repeat tells.
  if (written.isErr() || written.value.length < entries.length) return err({ kind: 'OutcomeUnknown', stream });
  const same = written.value.every(({ id }, index) => id === entries[index]?.id);
  return same ? ok(written.value) : err({ kind: 'Conflict', stream });
};
