import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { secret } from '../../../src/domain/values/secret.ts';

const text = 'made-up-token';
const value = secret(text);

const printedByConsole = (thing: unknown): string => {
  const stream = new PassThrough();
  const console = new Console({ stdout: stream });
  console.log(thing);
  console.dir(thing, { depth: 9, showHidden: true });
  console.table([thing]);
  return String(stream.read());
};

describe('a secret', () => {
  it('gives its value to the one place that asks', () => {
    expect(value.reveal()).toBe(text);
    expect(secret({ key: text }).reveal()).toEqual({ key: text });
  });

  it.each<[string, (thing: unknown) => string]>([
    ['JSON', (thing) => JSON.stringify(thing)],
    ['indented JSON', (thing) => JSON.stringify(thing, null, 2)],
    ['inspection', (thing) => inspect(thing, { depth: 9, showHidden: true, getters: true })],
    ['inspection without custom printing', (thing) => inspect(thing, { depth: 9, showHidden: true, customInspect: false })],
    ['format %s', (thing) => format('%s', thing)],
    ['format %o', (thing) => format('%o', thing)],
    ['format %O', (thing) => format('%O', thing)],
    ['format %j', (thing) => format('%j', thing)],
    ['the console', printedByConsole],
    ['an error\'s cause', (thing) => inspect(new Error('made up', { cause: thing }), { depth: 9 })],
    ['a shallow copy', (thing) => JSON.stringify({ ...Object(thing) })],
  ])('does not show through %s', (_, print) => {
    for (const thing of [value, { deep: { list: [value] } }]) expect(print(thing)).not.toContain(text);
  });

  it('prints as [secret] as text, in a template, in JSON and inspected', () => {
    expect(String(value)).toBe('[secret]');
    expect(value.toString()).toBe('[secret]');
    expect(`${value.toString()}`).toBe('[secret]');
    expect(['', value].join('')).toBe('[secret]');
    expect(JSON.stringify({ value })).toBe('{"value":"[secret]"}');
    expect(inspect(value)).toBe('[secret]');
    expect(inspect({ value })).toBe('{ value: [secret] }');
  });

  it('does not show when it is cloned', () => {
    expect(JSON.stringify(structuredClone(value))).not.toContain(text);
  });
});
