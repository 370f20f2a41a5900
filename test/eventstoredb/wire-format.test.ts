import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFields } from '../../src/adapters/event-store/eventstoredb/wire-format.ts';
import { varint, written, type Field } from '../support/protobuf-fields.ts';

type Seen = readonly [field: number, value: bigint | string];

const fieldsOf = (message: Buffer, from = 0, to = message.length): readonly Seen[] => {
  const seen: Seen[] = [];
  readFields(seen, message, from, to, {
    bytes: (target, field, whole, begin, end) => void target.push([field, whole.toString('hex', begin, end)]),
    number: (target, field, value) => void target.push([field, value]),
  });
  return seen;
};

const seenOf = (fields: readonly Field[]): readonly Seen[] =>
  fields.flatMap((field): readonly Seen[] => {
    if (field[1] === 'bytes') return [[field[0], Buffer.from(field[2]).toString('hex')]];
    return field[1] === 'number' ? [[field[0], field[2]]] : [];
  });

const mostFields = 536_870_911;
const largest = 2n ** 64n - 1n;

const number = fc.integer({ min: 1, max: mostFields });
const value = fc.oneof(fc.bigInt({ min: 0n, max: largest }), fc.integer({ min: 0, max: 64 }).map((bits) => 2n ** BigInt(bits) - 1n));
const fields = fc.array(
  fc.oneof(
    fc.tuple(number, fc.constantFrom('number' as const, 'fixed64' as const), value),
    fc.tuple(number, fc.constant('fixed32' as const), fc.bigInt({ min: 0n, max: 2n ** 32n - 1n })),
    fc.tuple(number, fc.constant('bytes' as const), fc.uint8Array({ maxLength: 300 })),
  ),
  { maxLength: 12 },
);

describe('a message', () => {
  test('is read in its order, and fields of a fixed width are passed over', () => {
    fc.assert(
      fc.property(fields, (given) => {
        expect(fieldsOf(written(given))).toEqual(seenOf(given));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is read between its bounds, whatever stands around it', () => {
    fc.assert(
      fc.property(fields, fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 20 }), (given, before, behind) => {
        const message = written(given);
        const whole = Buffer.concat([before, message, behind]);
        expect(fieldsOf(whole, before.length, before.length + message.length)).toEqual(seenOf(given));
      }),
    );
  });

  test('that ends anywhere but behind a field is refused', () => {
    fc.assert(
      fc.property(fields, (given) => {
        const message = written(given);
        const ends = given.map((_, index) => written(given.slice(0, index)).length);
        for (let end = 0; end < message.length; end += 1) {
          const cut = message.subarray(0, end);
          const whole = ends.indexOf(end);
          if (whole >= 0) expect(fieldsOf(cut)).toEqual(seenOf(given.slice(0, whole)));
          else expect(() => fieldsOf(cut)).toThrow(RangeError);
          // What stands behind the bound is not taken for what is missing.
          if (whole < 0) expect(() => fieldsOf(message, 0, end)).toThrow(RangeError);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of any bytes is refused or gives what lies within it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const message = Buffer.from(bytes);
        let seen = 0;
        const ranges: number[] = [];
        const read = (): void =>
          readFields(null, message, 0, message.length, {
            bytes: (_target, _field, _whole, begin, end) => void ranges.push(begin, end),
            number: (_target, _field, given) => {
              seen += 1;
              expect(given >= 0n && given <= largest).toBe(true);
            },
          });
        try {
          read();
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
        expect(ranges).toEqual(ranges.toSorted((a, b) => a - b));
        expect(ranges.at(-1) ?? 0).toBeLessThanOrEqual(message.length);
        expect(seen).toBeLessThanOrEqual(message.length / 2);
      }),
      { numRuns: 20_000 },
    );
  });
});

describe('a number', () => {
  test.each([0n, 1n, 127n, 128n, 2n ** 49n - 1n, 2n ** 49n, 2n ** 53n + 1n, 2n ** 56n, 2n ** 63n, largest])('of %d is exact', (given) => {
    expect(fieldsOf(written([[1, 'number', given]]))).toEqual([[1, given]]);
  });

  test('may be written with more bytes than it needs, up to ten', () => {
    for (let padding = 0; padding <= 9; padding += 1) expect(fieldsOf(Buffer.concat([varint(8n), varint(5n, padding)]))).toEqual([[1, 5n]]);
  });

  test('of more than ten bytes is refused, also as a tag and as a length', () => {
    expect(() => fieldsOf(Buffer.concat([varint(8n), varint(5n, 10)]))).toThrow(RangeError);
    expect(() => fieldsOf(Buffer.concat([varint(8n, 10), varint(5n)]))).toThrow(RangeError);
    expect(() => fieldsOf(Buffer.concat([varint(10n), varint(0n, 10)]))).toThrow(RangeError);
  });

  test('has 64 bits, and what is written behind them is left out', () => {
    expect(fieldsOf(Buffer.concat([varint(8n), varint(2n ** 64n + 7n)]))).toEqual([[1, 7n]]);
  });
});

test.each([1n, 5n, 2n ** 31n, 2n ** 32n, 2n ** 63n, largest])('bytes that are said to be %d long, and are not, are refused', (length) => {
  expect(() => fieldsOf(Buffer.concat([varint(10n), varint(length)]))).toThrow(RangeError);
});

test.each([3, 4, 6, 7])('a field of kind %d, which no message of the server has, is refused', (kind) => {
  expect(() => fieldsOf(Buffer.concat([varint(BigInt(8 + kind)), Buffer.alloc(16)]))).toThrow(RangeError);
});
