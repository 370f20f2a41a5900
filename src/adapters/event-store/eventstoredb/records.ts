import type { AllStreamRecordedEvent, JSONEventData, JSONType } from '@eventstore/db-client';
import { z } from 'zod';
import { chainHash, streamName } from '../../../application/ports/event-names.ts';
import type { EventAddress } from '../../../application/ports/event-store.ts';
import { eventId } from '../../../domain/values/ids.ts';
import { instant } from '../../../domain/values/instant.ts';
import type { EntryToAppend } from '../event-log.ts';
import { checkpointAt, type Place } from './places.ts';

/** What stands in an event's metadata: ours, and what the store has no place for. */
const envelope = z.object({ schemaVersion: z.number().int(), occurredAt: z.string(), hash: z.string(), metadata: z.unknown() });

/** Looked at where it is: a copy could spell it otherwise. */
const jsonType = z.custom<JSONType>((value) => typeof value === 'string' || (typeof value === 'object' && value !== null));

/** The client spells values itself; canonical JSON comes out of that as it went in. */
export const toJsonEvent = ({ id, type, schemaVersion, occurredAt, data, metadata, hash }: EntryToAppend): JSONEventData => ({
  id,
  type,
  contentType: 'application/json',
  data: jsonType.parse(JSON.parse(data)),
  metadata: { schemaVersion, occurredAt, hash, metadata: jsonType.parse(JSON.parse(metadata)) },
});

const textOf = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : (JSON.stringify(value) ?? ''));

/** An event as the client gives it. Positions come from servers since 22.6. */
export type Recorded = Pick<AllStreamRecordedEvent, 'id' | 'streamId' | 'revision' | 'type' | 'data' | 'metadata' | 'created'> &
  Readonly<{ position?: Place | undefined }>;

/** An event that others wrote into a stream of ours has no envelope; it is given all the same, with a hash that fits nothing. */
const envelopeOf = (metadata: unknown): z.output<typeof envelope> => {
  const parsed = envelope.safeParse(metadata);
  return parsed.success ? parsed.data : { schemaVersion: 0, occurredAt: '', hash: '', metadata };
};

/** @param namespace what the store's names begin with before ours begin */
export const addressOf = (store: string, namespace: string, recorded: Recorded): EventAddress => {
  const { schemaVersion, occurredAt, hash, metadata } = envelopeOf(recorded.metadata);
  if (recorded.position === undefined) throw new TypeError('an event without a position: EventStoreDB must be 22.6 or newer');
  return {
    id: eventId(recorded.id),
    stream: streamName(recorded.streamId.slice(namespace.length)),
    revision: Number(recorded.revision) + 1,
    type: recorded.type,
    schemaVersion,
    hash: chainHash(hash),
    checkpoint: checkpointAt(store, recorded.position),
    recordedAt: instant(recorded.created.getTime()),
    stored: { data: textOf(recorded.data), metadata: textOf(metadata), occurredAt },
  };
};
