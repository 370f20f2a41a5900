import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createEventCodec } from '../../../../src/adapters/event-store/codec/event-codec.ts';
import { eventFormat, upcaster, type EventFormat, type Upcaster } from '../../../../src/adapters/event-store/codec/event-format.ts';
import { eventFormats } from '../../../../src/adapters/event-store/codec/event-formats.ts';
import { checkpoint } from '../../../../src/application/ports/event-names.ts';
import { emptyHead, type EventAddress, type EventToAppend } from '../../../../src/application/ports/event-store.ts';
import { connected, disconnected, newStream, toAppend } from '../../../support/sample-events.ts';

const stream = newStream();

const stored = (schemaVersion: number, data: string): EventAddress => {
  const [encoded] = createEventCodec().encode(stream, emptyHead, [toAppend(disconnected())]);
  if (encoded === undefined) throw new Error('nothing encoded');
  const { metadata, occurredAt, ...address } = encoded.entry;
  return { ...address, schemaVersion, stream, checkpoint: checkpoint('1'), recordedAt: toAppend().occurredAt, stored: { data, metadata, occurredAt } };
};

// The history of a made-up event: version 1 had a life only, 2 added a note, 3 calls the note a remark.
const one = z.object({ life: z.int() });
const two = z.object({ life: z.int(), note: z.string().nullable() });
const three = z.object({ life: z.int(), remark: z.string().nullable() });
const addNote = upcaster(one, ({ life }) => ({ life, note: null }));
const renameNote = upcaster(two, ({ life, note }) => ({ life, remark: note }));

const codecWith = (upcasters: Readonly<Record<number, Upcaster>>) => {
  const format = eventFormat(3, three, ({ life, remark }) => disconnected({ life, revokeConfirmed: remark === 'confirmed' }), upcasters);
  return createEventCodec(new Map<string, EventFormat>(eventFormats).set('Disconnected', format));
};

describe('upcasters', () => {
  const codec = codecWith({ 1: addNote, 2: renameNote });

  test('lift the oldest version through every one between', () => {
    expect(codec.decode(stored(1, '{"life":4}'))).toMatchObject({ readable: true, event: disconnected({ life: 4, revokeConfirmed: false }) });
  });

  test('lift a version from where it stands', () => {
    expect(codec.decode(stored(2, '{"life":4,"note":"confirmed"}'))).toMatchObject({ readable: true, event: disconnected({ life: 4 }) });
  });

  test('are not asked for the written version', () => {
    expect(codec.decode(stored(3, '{"life":4,"remark":"confirmed"}'))).toMatchObject({ readable: true, event: disconnected({ life: 4 }) });
  });

  test('leave the text and the hash as they are stored', () => {
    const address = stored(1, '{"life":4}');
    expect(codec.decode(address)).toMatchObject(address);
  });

  test('refuse data that has not the shape of its own version', () => {
    expect(codec.decode(stored(1, '{"life":"hush"}'))).toMatchObject({
      readable: false,
      reason: 'data: schema version 1 could not be lifted: life: invalid_type',
    });
  });

  test('that are missing make an event unreadable', () => {
    expect(codecWith({ 2: renameNote }).decode(stored(1, '{"life":4}'))).toMatchObject({
      readable: false,
      reason: 'data: schema version 1 could not be lifted: no upcaster',
    });
  });
});

describe('encoding', () => {
  const codec = createEventCodec();

  test('gives equal text and hashes for equal events, whatever the order of their fields', () => {
    const event = toAppend(connected());
    const { data } = connected();
    const reordered: EventToAppend = {
      metadata: event.metadata,
      occurredAt: event.occurredAt,
      id: event.id,
      event: { data: { ...data, tokens: { refresh: data.tokens.refresh, access: data.tokens.access } }, type: 'Connected' },
    };
    expect(codec.encode(stream, emptyHead, [reordered])).toEqual(codec.encode(stream, emptyHead, [event]));
  });

  test('refuses an event that could not be read back', () => {
    expect(() => codec.encode(stream, emptyHead, [toAppend(connected({ life: 0 }))])).toThrow('Connected could not be read back: life: too_small');
    const typeless = createEventCodec(new Map());
    expect(() => typeless.encode(stream, emptyHead, [toAppend()])).toThrow('the event type ProfileChanged has no format');
  });
});

test('text that is no JSON is unreadable', () => {
  expect(createEventCodec().decode(stored(1, '{"life":'))).toMatchObject({ readable: false, reason: 'data: not JSON' });
});
