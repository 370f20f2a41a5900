import { instant } from '../../../domain/values/instant.ts';
import { checkpointAt, type Place } from './places.ts';
import type { StoredRecord } from './records.ts';
import { readFields, type FieldReader } from './wire-format.ts';

// `ReadResp` of EventStoreDB's `streams.proto`: only what a subscription needs is read, for the classes that are generated
// of it take as long as everything that is done with an event behind them.

/** An event as the server sends it. */
export interface SentEvent {
  storeId: string;
  streamId: string;
  /** From 0. */
  revision: number;
  prepare: bigint;
  commit: bigint;
  type: string | undefined;
  contentType: string | undefined;
  /** Ticks of 100 ns since 1970, in decimal. */
  created: string;
  metadata: Buffer;
  data: Buffer;
}

/** What a subscription is sent: that it has begun, an event, or something that nobody here waits for. */
export type Sent = 'confirmation' | 'other' | SentEvent;

const answerFields = { event: 1, confirmation: 2 } as const;
const resolvedFields = { event: 1 } as const;
const eventFields = { id: 1, stream: 2, revision: 3, prepare: 4, commit: 5, system: 6, metadata: 7, data: 8 } as const;
const idFields = { text: 2 } as const;
const streamFields = { name: 3 } as const;
const entryFields = { key: 1, value: 2 } as const;

const nothing = Buffer.alloc(0);
const ignore = (): void => undefined;

const idReader: FieldReader<SentEvent> = {
  bytes: (event, field, message, from, to) => {
    if (field === idFields.text) event.storeId = message.toString('latin1', from, to);
  },
  number: ignore,
};

const streamReader: FieldReader<SentEvent> = {
  bytes: (event, field, message, from, to) => {
    if (field === streamFields.name) event.streamId = message.toString('utf8', from, to);
  },
  number: ignore,
};

const entryReader: FieldReader<{ key: string; value: string }> = {
  bytes: (entry, field, message, from, to) => {
    if (field === entryFields.key) entry.key = message.toString('utf8', from, to);
    else if (field === entryFields.value) entry.value = message.toString('utf8', from, to);
  },
  number: ignore,
};

const readSystem = (event: SentEvent, message: Buffer, from: number, to: number): void => {
  const entry = { key: '', value: '' };
  readFields(entry, message, from, to, entryReader);
  if (entry.key === 'type') event.type = entry.value;
  else if (entry.key === 'content-type') event.contentType = entry.value;
  else if (entry.key === 'created') event.created = entry.value;
};

const eventReader: FieldReader<SentEvent> = {
  bytes: (event, field, message, from, to) => {
    if (field === eventFields.id) readFields(event, message, from, to, idReader);
    else if (field === eventFields.stream) readFields(event, message, from, to, streamReader);
    else if (field === eventFields.system) readSystem(event, message, from, to);
    else if (field === eventFields.metadata) event.metadata = message.subarray(from, to);
    else if (field === eventFields.data) event.data = message.subarray(from, to);
  },
  number: (event, field, value) => {
    if (field === eventFields.revision) event.revision = Number(value);
    else if (field === eventFields.prepare) event.prepare = value;
    else if (field === eventFields.commit) event.commit = value;
  },
};

type Found = { sent: Sent };

/** With resolved links an event comes within another message, beside the link that led to it. */
const resolvedReader: FieldReader<Found> = {
  bytes: (found, field, message, from, to) => {
    if (field !== resolvedFields.event) return;
    const event = {
      storeId: '',
      streamId: '',
      revision: 0,
      prepare: 0n,
      commit: 0n,
      type: undefined,
      contentType: undefined,
      created: '',
      metadata: nothing,
      data: nothing,
    };
    readFields(event, message, from, to, eventReader);
    found.sent = event;
  },
  number: ignore,
};

const answerReader: FieldReader<Found> = {
  bytes: (found, field, message, from, to) => {
    if (field === answerFields.event) readFields(found, message, from, to, resolvedReader);
    else if (field === answerFields.confirmation) found.sent = 'confirmation';
  },
  number: ignore,
};

/** @param message one `ReadResp` */
export const sentOf = (message: Buffer): Sent => {
  const found: Found = { sent: 'other' };
  readFields(found, message, 0, message.length, answerReader);
  return found.sent;
};

// The rules are those by which the client reads an event, so that a feed and a stream give the same.

const parsedOr = (text: string, otherwise: unknown): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
};

const dataOf = (contentType: string | undefined, bytes: Buffer): unknown => {
  if (contentType !== 'application/json') return bytes;
  const text = bytes.toString('utf8');
  return parsedOr(text, text);
};

const metadataOf = (bytes: Buffer): unknown => (bytes.length === 0 ? undefined : parsedOr(bytes.toString('utf8'), bytes));

const lastMillis = 8.64e15;

/** Four digits more than milliseconds have, and so many that a number does not hold them exactly. 0 for what is no moment. */
const millisOfTicks = (ticks: string): number => {
  const millis = Number(ticks.slice(0, -4));
  return Math.abs(millis) <= lastMillis ? millis : 0;
};

export const placeOfSent = ({ commit, prepare }: SentEvent): Place => ({ commit, prepare });

export const recordOfSent = (store: string, sent: SentEvent): StoredRecord => ({
  storeId: sent.storeId,
  streamId: sent.streamId,
  revision: sent.revision,
  type: sent.type ?? '<no-event-type-provided>',
  data: dataOf(sent.contentType, sent.data),
  metadata: metadataOf(sent.metadata),
  checkpoint: checkpointAt(store, sent),
  recordedAt: instant(millisOfTicks(sent.created)),
});
