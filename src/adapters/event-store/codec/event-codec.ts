import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { ChainHash, StreamName } from '../../../application/ports/event-names.ts';
import type { DomainEvent, EventAddress, EventMetadata, EventToAppend, StoredEvent, StreamHead } from '../../../application/ports/event-store.ts';
import type { EntryToAppend } from '../event-log.ts';
import { canonicalJson } from './canonical-json.ts';
import { shapeProblem, type EventFormat } from './event-format.ts';
import { eventFormats } from './event-formats.ts';
import { linkHash } from './hash-chain.ts';
import { isInstant, storedCommandId } from './value-schemas.ts';

export interface EventCodec {
  /** Throws for an event that could not be read back: that is a mistake in the code that made it. */
  encode(stream: StreamName, head: StreamHead, events: readonly EventToAppend[]): readonly EntryToAppend[];
  decode(address: EventAddress): StoredEvent;
}

const storedMetadata: z.ZodType<EventMetadata> = z.object({
  actor: z.object({ kind: z.enum(['user', 'service', 'system', 'tiktok']), id: z.string() }),
  commandId: storedCommandId,
  causationId: z.string().nullable(),
  correlationId: z.string(),
  traceparent: z.string().nullable(),
});

const parseJson = (text: string): Result<unknown, string> => {
  try {
    return ok(JSON.parse(text));
  } catch {
    return err('not JSON');
  }
};

const lifted = (format: EventFormat, storedVersion: number, stored: unknown): Result<unknown, string> => {
  if (storedVersion > format.version) return err(`schema version ${storedVersion} is newer than ${format.version}, the newest known here`);
  let raw = stored;
  for (let version = storedVersion; version < format.version; version += 1) {
    const next = format.upcasters[version]?.(raw) ?? err('no upcaster');
    if (next.isErr()) return err(`schema version ${version} could not be lifted: ${next.error}`);
    raw = next.value;
  }
  return ok(raw);
};

const parseEvent = (formats: ReadonlyMap<string, EventFormat>, { type, schemaVersion, stored }: EventAddress): Result<DomainEvent, string> => {
  const format = formats.get(type);
  if (format === undefined) return err('the event type is not known here');
  return parseJson(stored.data)
    .andThen((raw) => lifted(format, schemaVersion, raw))
    .andThen(format.parse)
    .mapErr((problem) => `data: ${problem}`);
};

const parseMetadata = (text: string): Result<EventMetadata, string> =>
  parseJson(text)
    .andThen((raw) => {
      const metadata = storedMetadata.safeParse(raw);
      return metadata.success ? ok(metadata.data) : err(shapeProblem(metadata.error));
    })
    .mapErr((problem) => `metadata: ${problem}`);

/** @param formats by event type; what they do not cover is read as unreadable */
export const createEventCodec = (formats = eventFormats): EventCodec => {
  const decode = (address: EventAddress): StoredEvent => {
    const { occurredAt, metadata: metadataText } = address.stored;
    if (!isInstant(occurredAt)) return { ...address, readable: false, reason: 'occurred_at: not a moment' };
    const event = parseEvent(formats, address);
    if (event.isErr()) return { ...address, readable: false, reason: event.error };
    const metadata = parseMetadata(metadataText);
    if (metadata.isErr()) return { ...address, readable: false, reason: metadata.error };
    return { ...address, readable: true, event: event.value, occurredAt, metadata: metadata.value };
  };

  const encodeOne = (stream: StreamName, revision: number, previous: ChainHash | null, toAppend: EventToAppend): EntryToAppend => {
    const { id, event, occurredAt } = toAppend;
    const format = formats.get(event.type);
    if (format === undefined) throw new TypeError(`the event type ${event.type} has no format`);
    if (!isInstant(occurredAt)) throw new TypeError(`${event.type} has no moment`);
    const schemaVersion = format.version;
    const data = canonicalJson(event.data);
    const metadata = canonicalJson(toAppend.metadata);
    const readBack = parseJson(data).andThen(format.parse).andThen(() => parseMetadata(metadata));
    if (readBack.isErr()) throw new TypeError(`${event.type} could not be read back: ${readBack.error}`);
    const text = { id, revision, type: event.type, schemaVersion, occurredAt, data, metadata };
    return { ...text, hash: linkHash(previous, { stream, ...text }) };
  };

  const encode: EventCodec['encode'] = (stream, head, events) => {
    const entries: EntryToAppend[] = [];
    for (const event of events) {
      const previous = entries.at(-1)?.hash ?? head.hash;
      entries.push(encodeOne(stream, head.revision + entries.length + 1, previous, event));
    }
    return entries;
  };

  return { encode, decode };
};
