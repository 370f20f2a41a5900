import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../../../src/adapters/event-store/codec/canonical-json.ts';

const key = fc.string().filter((text) => !/^(0|[1-9]\d*)$/.test(text));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  ),
}));

const shuffled = (input: unknown): unknown => {
  if (Array.isArray(input)) return input.map(shuffled);
  if (typeof input !== 'object' || input === null) return input;
  return Object.fromEntries(Object.entries(input).reverse().map(([name, item]) => [name, shuffled(item)]));
};

test('equal values give equal text, whatever the order of their keys', () => {
  fc.assert(fc.property(value, (input) => {
    expect(canonicalJson(shuffled(input))).toBe(canonicalJson(input));
  }));
});

test('a store that parses the text and writes it again writes the same text', () => {
  fc.assert(fc.property(value, (input) => {
    const text = canonicalJson(input);
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
  }));
});

test.each([
  ['a key that looks like an integer', { outer: { 7: 'hush' } }, 'outer holds a key that looks like an integer'],
  ['a missing value', { a: undefined }, 'a holds a value of type undefined'],
  ['a number that is not finite', [1, Number.NaN], 'the value holds a number that is not finite'],
  ['an infinite number', { a: Number.POSITIVE_INFINITY }, 'a holds a number that is not finite'],
  ['a bigint', { a: 1n }, 'a holds a value of type bigint'],
  ['a function', { a: () => 'hush' }, 'a holds a value of type function'],
  ['an object of a class', { a: new Map([['b', 'hush']]) }, 'a holds an object of a class'],
])('%s is refused by its key, without its content', (_, input, reason) => {
  expect(() => canonicalJson(input)).toThrow(`${reason}, which has no one spelling in JSON`);
});
