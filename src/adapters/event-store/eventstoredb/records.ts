import { hash } from 'node:crypto';
import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import { z } from 'zod';
import { chainHash, streamName, type ChainHash, type Checkpoint } from '../../../application/ports/event-names.ts';
import type { EventAddress } from '../../../application/ports/event-store.ts';
import { eventId } from '../../../domain/values/ids.ts';
import { instant, type Instant } from '../../../domain/values/instant.ts';
import { compiledOnFirstUse } from '../codec/event-format.ts';
import type { EntryToAppend } from '../event-log.ts';
import { spelledOnDemand } from '../parsed-text.ts';
import type { EventBytes } from './append-request.ts';
import { checkpointAt, type Place } from './places.ts';

/** What stands in an event's metadata: ours, and what the store has no place for. */
const envelope = z.object({ id: z.string(), schemaVersion: z.number().int(), occurredAt: z.string(), hash: z.string(), metadata: z.unknown() });
const readEnvelope = compiledOnFirstUse(envelope);

/**
 * The store finds a repeat by its ids alone and compares no bytes. Made of the hash, which covers all that is written and
 * all that stands before it, the same id means the same bytes. A UUID of version 8: of the writer's own making.
 */
const storeIdOf = (link: ChainHash): string => {
  const digits = hash('sha256', link, 'hex');
  return [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`, digits.slice(20, 32)].join('-');
};

/** Throws for what is not JSON: the client would give it back as another text. */
const json = (text: string): string => {
  JSON.parse(text);
  return text;
};

export const toEventBytes = ({ id, type, schemaVersion, occurredAt, data, metadata, hash: link }: EntryToAppend): EventBytes => ({
  id: storeIdOf(link),
  type,
  data: Buffer.from(json(data)),
  metadata: Buffer.from(
    `{"id":${JSON.stringify(id)},"schemaVersion":${schemaVersion},"occurredAt":${JSON.stringify(occurredAt)},"hash":${JSON.stringify(link)},"metadata":${json(metadata)}}`,
  ),
});

const textOf = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : (JSON.stringify(value) ?? ''));

/** Bytes, which are not JSON, have no value but their text. */
const storedAs = (data: unknown, metadata: unknown, occurredAt: string): EventAddress['stored'] => {
  if (data instanceof Uint8Array || metadata instanceof Uint8Array) return { data: textOf(data), metadata: textOf(metadata), occurredAt };
  return spelledOnDemand({ data, metadata }, occurredAt, textOf);
};

/** An event as the client gives it. Positions come from servers since 22.6. */
type Recorded = Pick<AllStreamRecordedEvent, 'id' | 'streamId' | 'revision' | 'type' | 'data' | 'metadata' | 'created'> &
  Readonly<{ position?: Place | undefined }>;

/** An event as it stands in the store. */
export type StoredRecord = Readonly<{
  /** The store's own, in place of ours where that is missing. */
  storeId: string;
  streamId: string;
  /** From 0. */
  revision: number;
  type: string;
  data: unknown;
  metadata: unknown;
  checkpoint: Checkpoint;
  recordedAt: Instant;
}>;

/** An event that others wrote into a stream of ours has no envelope; it is given all the same, with a hash that fits nothing. */
const envelopeOf = ({ storeId, metadata }: StoredRecord): z.output<typeof envelope> => {
  const parsed = readEnvelope().safeParse(metadata);
  return parsed.success ? parsed.data : { id: storeId, schemaVersion: 0, occurredAt: '', hash: '', metadata };
};

/** @param namespace what the store's names begin with before ours begin */
export const addressOfRecord = (namespace: string, record: StoredRecord): EventAddress => {
  const { id, schemaVersion, occurredAt, hash: link, metadata } = envelopeOf(record);
  return {
    id: eventId(id),
    stream: streamName(record.streamId.slice(namespace.length)),
    revision: record.revision + 1,
    type: record.type,
    schemaVersion,
    hash: chainHash(link),
    checkpoint: record.checkpoint,
    recordedAt: record.recordedAt,
    stored: storedAs(record.data, metadata, occurredAt),
  };
};

/** @param namespace what the store's names begin with before ours begin */
export const addressOf = (store: string, namespace: string, { id, revision, created, position, ...recorded }: Recorded): EventAddress => {
  if (position === undefined) throw new TypeError('an event without a position: EventStoreDB must be 22.6 or newer');
  return addressOfRecord(namespace, { ...recorded, storeId: id, revision: Number(revision), checkpoint: checkpointAt(store, position), recordedAt: instant(created.getTime()) });
};
