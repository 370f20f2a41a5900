import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { ChainHash, StreamName } from '../../../application/ports/event-names.ts';
import type { DomainEvent, EventMetadata, EventToAppend, StreamHead } from '../../../application/ports/event-store.ts';
import type { Instant } from '../../../domain/values/instant.ts';
import type { EntryToAppend, WrittenEntry } from '../event-log.ts';
import { parsedOf } from '../parsed-text.ts';
import { canonicalJson } from './canonical-json.ts';
import { compiledOnFirstUse, shapeProblem, type EventFormat } from './event-format.ts';
import { eventFormats } from './event-formats.ts';
import { linkHash } from './hash-chain.ts';
import { isInstant, storedCommandId } from './value-schemas.ts';

/** What an entry says, for whoever has just written it. */
export type Content = Readonly<{ event: DomainEvent; occurredAt: Instant; metadata: EventMetadata }>;
/** With as much of its place as was known before. `reason` holds no stored data. */
export type Decoded<Entry> = (Entry & Content & Readonly<{ readable: true }>) | (Entry & Readonly<{ readable: false; reason: string }>);
export type Encoded = Readonly<{ entry: EntryToAppend; content: Content }>;

export interface EventCodec {
  /** Throws for an event that could not be read back: that is a mistake in the code that made it. */
  encode(stream: StreamName, head: StreamHead, events: readonly EventToAppend[]): readonly Encoded[];
  decode<Entry extends WrittenEntry>(entry: Entry): Decoded<Entry>;
}

const metadataShape: z.ZodType<EventMetadata> = z.object({
  actor: z.object({ kind: z.enum(['user', 'service', 'system', 'tiktok']), id: z.string() }),
  commandId: storedCommandId,
  causationId: z.string().nullable(),
  correlationId: z.string(),
  traceparent: z.string().nullable(),
});
const storedMetadata = compiledOnFirstUse(metadataShape);

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

const parseEvent = (formats: ReadonlyMap<string, EventFormat>, { type, schemaVersion, stored }: WrittenEntry): Result<DomainEvent, string> => {
  const format = formats.get(type);
  if (format === undefined) return err('the event type is not known here');
  const parsed = parsedOf(stored);
  const raw = parsed === undefined ? parseJson(stored.data) : ok(parsed.data);
  const current = raw.isErr() || schemaVersion === format.version ? raw : lifted(format, schemaVersion, raw.value);
  const event = current.isErr() ? err(current.error) : format.parse(current.value);
  return event.isErr() ? err(`data: ${event.error}`) : event;
};

const parseMetadata = (raw: unknown): Result<EventMetadata, string> => {
  const metadata = storedMetadata().safeParse(raw);
  return metadata.success ? ok(metadata.data) : err(shapeProblem(metadata.error));
};

const readMetadata = (stored: WrittenEntry['stored']): Result<EventMetadata, string> => {
  const parsed = parsedOf(stored);
  const raw = parsed === undefined ? parseJson(stored.metadata) : ok(parsed.metadata);
  const metadata = raw.isErr() ? err(raw.error) : parseMetadata(raw.value);
  return metadata.isErr() ? err(`metadata: ${metadata.error}`) : metadata;
};

/** @param formats by event type; what they do not cover is read as unreadable */
export const createEventCodec = (formats = eventFormats): EventCodec => {
  const decode = <Entry extends WrittenEntry>(entry: Entry): Decoded<Entry> => {
    const { occurredAt } = entry.stored;
    if (!isInstant(occurredAt)) return { ...entry, readable: false, reason: 'occurred_at: not a moment' };
    const event = parseEvent(formats, entry);
    if (event.isErr()) return { ...entry, readable: false, reason: event.error };
    const metadata = readMetadata(entry.stored);
    if (metadata.isErr()) return { ...entry, readable: false, reason: metadata.error };
    return { ...entry, readable: true, event: event.value, occurredAt, metadata: metadata.value };
  };

  const encodeOne = (stream: StreamName, revision: number, previous: ChainHash | null, toAppend: EventToAppend): Encoded => {
    const { id, event: { type, data: eventData }, occurredAt } = toAppend;
    const format = formats.get(type);
    if (format === undefined) throw new TypeError(`the event type ${type} has no format`);
    const event = format.parse(eventData);
    if (event.isErr()) throw new TypeError(`${type} could not be read back: ${event.error}`);
    const metadata = parseMetadata(toAppend.metadata);
    if (metadata.isErr()) throw new TypeError(`the metadata of ${type} could not be read back: ${metadata.error}`);
    if (!isInstant(occurredAt)) throw new TypeError(`${type} has no moment`);
    const stored = { occurredAt, data: canonicalJson(eventData), metadata: canonicalJson(toAppend.metadata) };
    const text = { id, revision, type, schemaVersion: format.version, ...stored };
    const hash = linkHash(previous, { stream, ...text });
    return { entry: { ...text, hash }, content: { event: event.value, occurredAt, metadata: metadata.value } };
  };

  const encode: EventCodec['encode'] = (stream, head, events) => {
    const encoded: Encoded[] = [];
    for (const event of events) {
      const previous = encoded.at(-1)?.entry.hash ?? head.hash;
      encoded.push(encodeOne(stream, head.revision + encoded.length + 1, previous, event));
    }
    return encoded;
  };

  return { encode, decode };
};
