import type { FaultAction } from './fault.ts';

type Transform = Extract<FaultAction, { type: 'transform' }>;

/** A JSON text with fields replaced and deleted; a text that is no JSON stays as it is. */
export function transformed(text: string, { set, delete: deleted }: Pick<Transform, 'set' | 'delete'>): string {
  let value: unknown;
  try {
    value = JSON.parse(text === '' ? '{}' : quoted(text));
  } catch {
    return text;
  }
  for (const path of deleted) value = withPath(value, path.split('.'), undefined);
  for (const [path, replacement] of Object.entries(set)) value = withPath(value, path.split('.'), replacement);
  return unquoted(JSON.stringify(value));
}

/** Ids of 19 digits are numbers that JavaScript would round: they go through as texts. */
const quoted = (text: string): string => text.replace(/(?<=[[,:]\s*)(\d{17,})(?=\s*[\],}])/g, '"int64 $1"');
const unquoted = (text: string): string => text.replace(/"int64 (\d+)"/g, '$1');

/** A copy with one place replaced, or taken out when the replacement is undefined. */
function withPath(value: unknown, [key = '', ...rest]: readonly string[], replacement: unknown): unknown {
  const inner = (before: unknown): unknown => (rest.length === 0 ? replacement : withPath(before, rest, replacement));
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => (String(index) === key ? [inner(item)].filter((kept) => kept !== undefined) : [item]));
  }
  const fields: readonly (readonly [string, unknown])[] = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const before = fields.find(([name]) => name === key)?.[1];
  const changed: readonly (readonly [string, unknown])[] = fields.some(([name]) => name === key)
    ? fields.map(([name, item]) => [name, name === key ? inner(before) : item] as const)
    : [...fields, [key, inner(undefined)] as const];
  return Object.fromEntries(changed.filter(([, item]) => item !== undefined));
}
