/** The same JSON value with snake_case keys, as the control endpoint writes them. */
export const snakeCased = (value: unknown): unknown =>
  renamed(value, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

/** The same JSON value with camelCase keys, as the code names them. */
export const camelCased = (value: unknown): unknown =>
  renamed(value, (key) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));

/** A copy with the fields of a patch laid over it; inner objects are patched likewise, lists replaced. */
export function patched(value: unknown, patch: unknown): unknown {
  if (!isObject(value) || !isObject(patch)) return patch;
  const changed = Object.entries(patch).map(([key, item]) => [key, patched(value[key], item)] as const);
  return { ...value, ...Object.fromEntries(changed) };
}

function renamed(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [rename(key), renamed(item, rename)]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
