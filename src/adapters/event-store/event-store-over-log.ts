import { err, ok, ResultAsync, type Result } from 'neverthrow';
import type { StreamName } from '../../application/ports/event-names.ts';
import type { Appended, AppendFailure, EventStore, EventToAppend, FeedBatch, StreamHead } from '../../application/ports/event-store.ts';
import type { EventCodec } from './codec/event-codec.ts';
import type { EntryToAppend, EventLog } from './event-log.ts';

/** Bytes of one append, at most: what every store we have takes. */
export const appendLimitBytes = 1_048_576;
/** Allowance for an event's id, type, times, hash and framing. */
const overheadBytes = 512;

const sizeOf = (entries: readonly EntryToAppend[]): number =>
  entries.reduce((sum, { data, metadata }) => sum + Buffer.byteLength(data) + Buffer.byteLength(metadata) + overheadBytes, 0);

const append = async (
  log: EventLog,
  codec: EventCodec,
  stream: StreamName,
  head: StreamHead,
  events: readonly EventToAppend[],
): Promise<Result<Appended, AppendFailure>> => {
  if (events.length === 0) throw new TypeError('an append needs at least one event');
  const encoded = codec.encode(stream, head, events);
  const entries = encoded.map(({ entry }) => entry);
  const bytes = sizeOf(entries);
  if (bytes > appendLimitBytes) return err({ kind: 'EventTooLarge', stream, bytes, limit: appendLimitBytes });

  const appended = await log.append(stream, head, entries);
  if (appended.isErr()) return err(appended.error);
  const written = appended.value.entries.map((entry, index) => {
    const own = encoded[index];
    return own?.entry.hash === entry.hash ? { ...entry, readable: true as const, ...own.content } : codec.decode(entry);
  });
  const readable = written.filter((event) => event.readable);
  const last = readable.at(-1);
  // A repeat of what newer code wrote under the same ids: a reload shows what stands there.
  if (last === undefined || readable.length < entries.length) return err({ kind: 'Conflict', stream });
  return ok({ head: { revision: last.revision, hash: last.hash }, events: readable, checkpoint: appended.value.checkpoint });
};

/** The one way to an `EventStore`: any log of text, read and written through `codec`. */
export const eventStoreOver = (log: EventLog, codec: EventCodec): EventStore => ({
  append: (stream, head, events) => new ResultAsync(append(log, codec, stream, head, events)),
  read: (stream, fromRevision, limit) =>
    new ResultAsync(log.read(stream, fromRevision, limit)).map((entries) => entries.map((entry) => codec.decode(entry))),
  async *feed(options) {
    for await (const batch of log.feed(options)) {
      yield batch.map(({ entries, ...rest }): FeedBatch => ({ events: entries.map((entry) => codec.decode(entry)), ...rest }));
    }
  },
});
