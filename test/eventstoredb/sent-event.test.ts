// CommonJS, whose names Node cannot see beforehand.
import conversion from '@eventstore/db-client/dist/utils/convertGrpcEvent.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkpointAt } from '../../src/adapters/event-store/eventstoredb/places.ts';
import { placeOfSent, recordOfSent, sentOf, type SentEvent } from '../../src/adapters/event-store/eventstoredb/sent-event.ts';
import { instant } from '../../src/domain/values/instant.ts';
import { caughtUpAnswer, checkpointAnswer, confirmationAnswer, noStreamAnswer } from '../support/eventstoredb-stand-in/answers.ts';
import { shared, streams } from '../support/eventstoredb-stand-in/wire.ts';
import { written, type Field } from '../support/protobuf-fields.ts';
import { answerOf, bytesOf, largest, recordedOf, sample, type Given } from '../support/recorded-answers.ts';

const store = 'esdb:00000000-0000-0000-0000-000000000000';

const eventOf = (bytes: Buffer): SentEvent => {
  const sent = sentOf(bytes);
  if (typeof sent === 'string') throw new Error(`no event, but ${sent}`);
  return sent;
};

const plain = (value: unknown): unknown => (value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('hex') } : value);

const read = (bytes: Buffer): unknown => {
  const { data, metadata, ...record } = recordOfSent(store, eventOf(bytes));
  return { ...record, data: plain(data), metadata: plain(metadata) };
};

/** The same by the client's own classes and conversion. */
const readByClient = (bytes: Buffer): unknown => {
  const event = streams.ReadResp.deserializeBinary(bytes).getEvent();
  const converted = event === undefined ? undefined : conversion.convertGrpcEvent(event).event;
  if (converted?.position === undefined) throw new Error('the client gives no event');
  const { id, streamId, revision, type, data, metadata, created, position } = converted;
  return {
    storeId: id,
    streamId,
    revision: Number(revision),
    type,
    checkpoint: checkpointAt(store, position),
    recordedAt: instant(created.getTime()),
    data: plain(data),
    metadata: plain(metadata),
  };
};

const text = fc.string({ unit: 'binary', maxLength: 40 });
const json = fc.json().map((given) => Buffer.from(given));
const bytes = fc.oneof(json, fc.uint8Array({ maxLength: 300 }), text.map((given) => Buffer.from(given)));
const position = fc.oneof(
  fc.bigInt({ min: 0n, max: largest }),
  fc.integer({ min: 0, max: 64 }).map((bits) => 2n ** BigInt(bits) - 1n),
);
const ticksOfMost = 86_400_000_000_000_000_000n;
const created = fc.oneof(
  fc.bigInt({ min: -ticksOfMost, max: ticksOfMost }).map(String),
  fc.bigInt({ min: -99_999n, max: 99_999n }).map(String),
  fc.stringMatching(/^[a-z ]{0,12}$/),
);
const given: fc.Arbitrary<Given> = fc.record({
  id: fc.uuid(),
  stream: fc.oneof(text.map((name) => Buffer.from(name)), fc.uint8Array({ maxLength: 40 })),
  revision: position,
  prepare: position,
  commit: position,
  system: fc.record({
    type: fc.option(text, { nil: undefined }),
    'content-type': fc.constantFrom('application/json', 'application/octet-stream', 'Application/JSON', '', undefined),
    created: fc.option(created, { nil: undefined }),
    foreign: fc.option(text, { nil: undefined }),
  }),
  metadata: bytes,
  data: bytes,
});

describe('an event', () => {
  test('is what the client makes of it, whatever was recorded', () => {
    fc.assert(
      fc.property(given, (event) => {
        const sent = bytesOf(answerOf(event));
        expect(read(sent)).toEqual(readByClient(sent));
      }),
      { numRuns: 3_000 },
    );
  });

  test('has its place, however far it is', () => {
    const sent = eventOf(bytesOf(answerOf({ ...sample, prepare: largest - 1n, commit: largest })));
    expect(placeOfSent(sent)).toEqual({ prepare: largest - 1n, commit: largest });
    expect(recordOfSent(store, sent).checkpoint).toBe(`${store}:18446744073709551615:18446744073709551614`);
  });

  test('that is JSON by its kind alone is given as text, and of another kind as bytes', () => {
    const broken = Buffer.from('{"life":');
    expect(recordOfSent(store, eventOf(bytesOf(answerOf({ ...sample, data: broken })))).data).toBe('{"life":');
    const { type, created: at } = sample.system;
    for (const contentType of ['application/octet-stream', undefined]) {
      const sent = eventOf(bytesOf(answerOf({ ...sample, system: { type, created: at, 'content-type': contentType } })));
      expect(recordOfSent(store, sent).data).toEqual(Buffer.from('{"life":1}'));
    }
  });

  test('without metadata has none, and metadata that are not JSON are bytes', () => {
    expect(recordOfSent(store, eventOf(bytesOf(answerOf({ ...sample, metadata: Buffer.alloc(0) })))).metadata).toBeUndefined();
    const broken = Buffer.from([0xff, 0xfe]);
    expect(recordOfSent(store, eventOf(bytesOf(answerOf({ ...sample, metadata: broken })))).metadata).toEqual(broken);
  });

  test.each([undefined, '', '9', 'yesterday', '9'.repeat(30), `-${'9'.repeat(30)}`, 'Infinity0000'])('that was recorded at no moment, %s, was at the first', (at) => {
    const { created: _at, ...system } = sample.system;
    expect(recordOfSent(store, eventOf(bytesOf(answerOf({ ...sample, system: { ...system, created: at } })))).recordedAt).toBe('1970-01-01T00:00:00.000Z');
  });

  test('that has neither a type nor a stream, as nobody writes it, is given all the same', () => {
    const bare = eventOf(bytesOf(new streams.ReadResp().setEvent(new streams.ReadResp.ReadEvent().setEvent(new streams.ReadResp.ReadEvent.RecordedEvent()))));
    expect(recordOfSent(store, bare)).toMatchObject({ type: '<no-event-type-provided>', streamId: '', revision: 0, metadata: undefined });
  });

  test('is the same with fields that nobody knows in each of its messages', () => {
    const unknown: readonly Field[] = [
      [99, 'number', largest],
      [98, 'fixed64', largest],
      [97, 'fixed32', 5n],
      [96, 'bytes', Buffer.from('new')],
      [95, 'message', [[1, 'number', 1n]]],
      // Known by their numbers, but of another kind.
      [1, 'number', 3n],
      [2, 'fixed32', 3n],
      [3, 'fixed64', 3n],
    ];
    const entry = (name: string, value: string): Field => [6, 'message', [...unknown, [1, 'bytes', Buffer.from(name)], [2, 'bytes', Buffer.from(value)], ...unknown]];
    const recorded: readonly Field[] = [
      [97, 'fixed32', 5n],
      [1, 'message', [...unknown, [2, 'bytes', Buffer.from(sample.id)], ...unknown]],
      [2, 'message', [...unknown, [3, 'bytes', sample.stream], ...unknown]],
      [3, 'number', sample.revision],
      [4, 'number', sample.prepare],
      [5, 'number', sample.commit],
      ...Object.entries(sample.system).map(([name, value]) => entry(name, value ?? '')),
      entry('of-tomorrow', 'x'),
      [7, 'bytes', sample.metadata],
      [8, 'bytes', sample.data],
      [99, 'number', largest],
      [98, 'fixed64', largest],
      [96, 'bytes', Buffer.from('new')],
    ];
    const message = written([...unknown, [1, 'message', [...unknown, [1, 'message', recorded], ...unknown]], ...unknown]);
    expect(read(message)).toEqual(readByClient(bytesOf(answerOf(sample))));
  });

  test('beside a link that led to it is the event, and a link alone is none', () => {
    const link = recordedOf({ ...sample, system: { type: '$>' } });
    const both = answerOf(sample);
    both.getEvent()?.setLink(link);
    expect(read(bytesOf(both))).toEqual(readByClient(bytesOf(answerOf(sample))));
    expect(sentOf(bytesOf(new streams.ReadResp().setEvent(new streams.ReadResp.ReadEvent().setLink(link))))).toBe('other');
  });
});

describe('an answer that is no event', () => {
  test('is a confirmation, also one without a name', () => {
    expect(sentOf(bytesOf(confirmationAnswer('one')))).toBe('confirmation');
    expect(sentOf(bytesOf(confirmationAnswer('')))).toBe('confirmation');
  });

  test.each([
    ['how far it has searched', checkpointAnswer(7)],
    ['that it has caught up', caughtUpAnswer()],
    ['that it fell behind', new streams.ReadResp().setFellBehind(new streams.ReadResp.FellBehind())],
    ['that there is no such stream', noStreamAnswer('x')],
    ['where a stream begins', new streams.ReadResp().setFirstStreamPosition('3')],
    ['where a stream ends', new streams.ReadResp().setLastStreamPosition(String(largest))],
    ['where the log ends', new streams.ReadResp().setLastAllStreamPosition(new shared.AllStreamPosition().setCommitPosition('9').setPreparePosition('9'))],
    ['nothing', new streams.ReadResp()],
  ])('or tells %s, which nobody waits for', (_what, answer) => {
    expect(sentOf(bytesOf(answer))).toBe('other');
  });
});

describe('what is no answer', () => {
  const readOrRefused = (message: Buffer): void => {
    try {
      const sent = sentOf(message);
      if (typeof sent !== 'string') recordOfSent(store, sent);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
  };

  test('because it is cut off, is refused', () => {
    const message = bytesOf(answerOf(sample));
    for (let end = 1; end < message.length; end += 1) expect(() => sentOf(message.subarray(0, end))).toThrow(RangeError);
  });

  test('because some of its bytes are others, is refused or read as something', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(given, changes, (event, changed) => {
        const message = bytesOf(answerOf(event));
        for (const [at, byte] of changed) message[at % message.length] = byte;
        readOrRefused(message);
      }),
      { numRuns: 3_000 },
    );
  });

  test('because it is made up, is refused or read as something', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (made) => readOrRefused(Buffer.from(made))), { numRuns: 20_000 });
  });
});
