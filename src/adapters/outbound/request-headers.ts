import type { Dispatcher } from 'undici';

type Headers = Dispatcher.DispatchOptions['headers'];
type Value = string | string[] | undefined;
type Pair = [name: string, value: Value];

const textOf = (value: Value | number): Value => (typeof value === 'number' ? String(value) : value);

/** undici takes a flat list of names and values, pairs, or an object. */
const pairsOf = (headers: Headers): readonly Pair[] => {
  if (headers === null || headers === undefined) return [];
  if (Array.isArray(headers)) return headers.flatMap((name, index): Pair[] => (index % 2 === 0 ? [[name, headers[index + 1]]] : []));
  if (Symbol.iterator in headers) return [...headers];
  return Object.entries(headers).map(([name, value]): Pair => [name, textOf(value)]);
};

/** Asks for no compression: what a body may grow to can't be judged from its compressed size. */
export const uncompressed = (headers: Headers): Map<string, Value> => {
  const others = pairsOf(headers).filter(([name]) => name.toLowerCase() !== 'accept-encoding');
  return new Map([...others, ['accept-encoding', 'identity']]);
};
