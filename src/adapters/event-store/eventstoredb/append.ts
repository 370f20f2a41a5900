import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../../../application/failures.ts';
import type { StreamName } from '../../../application/ports/event-names.ts';
import type { AppendFailure, StreamHead } from '../../../application/ports/event-store.ts';
import { appendedAs, writtenAs, type AppendedEntries, type EntryToAppend } from '../event-log.ts';
import { within } from './connection.ts';
import { outcomeOf, storeUnavailable } from './failures.ts';
import { checkpointAt, type Place } from './places.ts';
import { readStream, type StoreParts } from './read-stream.ts';
import { toEventBytes } from './records.ts';

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
): Promise<Result<Place | undefined, Readonly<{ failure: AppendFailure; mayStandThere: boolean }>>> => {
  const expected = head.revision === 0 ? ('no_stream' as const) : BigInt(head.revision) - 1n;
  const append = connection.append({ stream: `${namespace}${stream}`, expected, events: entries.map(toEventBytes) });
  try {
    return ok(await within(limits.appendMillis, append));
  } catch (error) {
    const outcome = outcomeOf(error);
    switch (outcome.kind) {
      case 'conflict':
        return err({ failure: { kind: 'Conflict', stream }, mayStandThere: true });
      case 'not-told':
        return err({ failure: { kind: 'OutcomeUnknown', stream }, mayStandThere: true });
      case 'unknown':
        return err({ failure: { kind: 'OutcomeUnknown', stream }, mayStandThere: false });
      case 'nothing-written':
        return err({ failure: storeUnavailable(error), mayStandThere: false });
      case 'too-large':
        return err({ failure: { kind: 'EventTooLarge', stream, bytes: bytesOf(entries), limit: outcome.limit ?? bytesOf(entries) }, mayStandThere: false });
    }
  }
};

/** What stands where the entries belong, if it has their ids; null if it does not. */
const readBack = async (
  parts: StoreParts,
  store: string,
  stream: StreamName,
  head: StreamHead,
  entries: readonly EntryToAppend[],
): Promise<Result<AppendedEntries | null, Unavailable>> => {
  const read = await readStream(parts, store, stream, head.revision + 1, entries.length);
  return read.map((standing) => (entries.every(({ id }, index) => id === standing[index]?.id) ? appendedAs(standing) : null));
};

/**
 * Appends behind an explicit revision, which makes a repeat harmless: the store finds the same ids there and writes
 * nothing. Its ids are made of what is written, so that success means that these bytes stand there.
 */
export const appendEntries = async (
  parts: StoreParts,
  store: string,
  stream: StreamName,
  head: StreamHead,
  entries: readonly EntryToAppend[],
): Promise<Result<AppendedEntries, AppendFailure>> => {
  const stands = await standsBehind(parts, store, stream, head);
  if (stands.isErr()) return err(stands.error);
  if (!stands.value) return err({ kind: 'Conflict', stream });
  const sent = await send(parts, stream, head, entries);
  const last = entries.at(-1);
  if (sent.isOk() && sent.value !== undefined && last !== undefined) {
    parts.known.remember(stream, { revision: last.revision, hash: last.hash });
    return ok({ entries: writtenAs(stream, entries), checkpoint: checkpointAt(store, sent.value) });
  }
  if (sent.isErr() && !sent.error.mayStandThere) return err(sent.error.failure);
  // An earlier try of the same command may have written the same ids with other bytes, or this one without saying so.
  const back = await readBack(parts, store, stream, head, entries);
  if (back.isOk() && back.value !== null) return ok(back.value);
  if (sent.isErr() && back.isOk()) return err(sent.error.failure);
  return err({ kind: 'OutcomeUnknown', stream });
};
