import { randomUUID } from 'node:crypto';
import { err, ok, type Result } from 'neverthrow';
import { createEventCodec } from '../../src/adapters/event-store/codec/event-codec.ts';
import { appendedAs, type EventLog, type LogBatch } from '../../src/adapters/event-store/event-log.ts';
import { eventStoreOver } from '../../src/adapters/event-store/event-store-over-log.ts';
import { checkpoint, type Checkpoint, type StreamName } from '../../src/application/ports/event-names.ts';
import type { CheckpointOfAnotherStore, EventAddress, EventStore, FeedOptions } from '../../src/application/ports/event-store.ts';
import { instant } from '../../src/domain/values/instant.ts';

const width = 12;

/** A log that forgets. Everything else is as in the stores that do not. */
export const createInMemoryEventLog = (): EventLog => {
  const name = `memory:${randomUUID()}`;
  const all: EventAddress[] = [];
  const streams = new Map<StreamName, EventAddress[]>();
  const ids = new Set<string>();
  const waiting = new Set<() => void>();
  const place = (count: number): Checkpoint => checkpoint(`${name}:${String(count).padStart(width, '0')}`);
  const streamOf = (stream: StreamName): readonly EventAddress[] => streams.get(stream) ?? [];

  const countAt = (after: Checkpoint | null): Result<number, CheckpointOfAnotherStore> => {
    if (after === null) return ok(0);
    const count = after.startsWith(`${name}:`) ? Number(after.slice(name.length + 1)) : Number.NaN;
    return Number.isInteger(count) && count <= all.length ? ok(count) : err({ kind: 'CheckpointOfAnotherStore', checkpoint: after, store: name });
  };

  const batchFrom = (from: number, { batchSize, streamPrefixes }: FeedOptions): LogBatch & Readonly<{ next: number }> => {
    const entries: EventAddress[] = [];
    let next = from;
    for (let entry = all[next]; entry !== undefined && entries.length < batchSize; entry = all[next]) {
      next += 1;
      const { stream } = entry;
      if (streamPrefixes.length === 0 || streamPrefixes.some((prefix) => stream.startsWith(prefix))) entries.push(entry);
    }
    return { entries, next, checkpoint: place(next), caughtUp: next >= all.length };
  };

  const appended = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake);
      if (signal.aborted) wake();
    });

  return {
    append: async (stream, head, entries) => {
      const stands = streamOf(stream);
      const previous = stands[head.revision - 1]?.hash ?? null;
      const there = stands.slice(head.revision, head.revision + entries.length);
      const repeated = there.length === entries.length && there.every(({ id }, index) => id === entries[index]?.id);
      if (stands.length < head.revision || previous !== head.hash || (there.length > 0 && !repeated)) {
        return err({ kind: 'Conflict', stream });
      }
      if (repeated) return ok(appendedAs(there));
      if (entries.some(({ id }) => ids.has(id))) return err({ kind: 'Conflict', stream });
      const recordedAt = instant(Date.now());
      const added = entries.map(({ occurredAt, data, metadata, ...entry }, index): EventAddress => {
        const stored = { data, metadata, occurredAt };
        return { ...entry, stream, checkpoint: place(all.length + index + 1), recordedAt, stored };
      });
      all.push(...added);
      streams.set(stream, [...stands, ...added]);
      for (const { id } of added) ids.add(id);
      for (const wake of [...waiting]) wake();
      return ok(appendedAs(added));
    },

    read: async (stream, fromRevision, limit) => ok(streamOf(stream).slice(fromRevision - 1, fromRevision - 1 + limit)),

    async *feed(options) {
      const begin = countAt(options.after);
      if (begin.isErr()) {
        yield err(begin.error);
        return;
      }
      let at = begin.value;
      for (let first = true; !options.signal.aborted; first = false) {
        const { next, ...batch } = batchFrom(at, options);
        if (first || next > at) yield ok(batch);
        at = next;
        if (!batch.caughtUp) continue;
        if (!options.live) return;
        if (at >= all.length) await appended(options.signal);
      }
    },
  };
};

/** An event store for tests of what stands on one. Follows the port like the others: it passes their contract suite. */
export const createInMemoryEventStore = (): EventStore => eventStoreOver(createInMemoryEventLog(), createEventCodec());
