import { err, ok, Result } from 'neverthrow';

export type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const utf8 = new TextDecoder('utf-8', { fatal: true });

const decode = Result.fromThrowable((bytes: ArrayBuffer) => utf8.decode(bytes), () => 'not UTF-8');

/** A number as it is written; TypeScript does not know yet that a reviver is told. */
const writtenAs = (context: unknown): string =>
  typeof context === 'object' && context !== null && 'source' in context && typeof context.source === 'string' ? context.source : '';

/** TikTok writes 19-digit ids as numbers, which would be rounded: whole numbers too large for one become a bigint. */
const exactly = (_key: string, value: unknown, ...[context]: readonly unknown[]): unknown => {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const written = writtenAs(context);
  return /^-?\d{16,20}$/.test(written) ? BigInt(written) : value;
};

/** Outside of strings a number stands behind one of these; some within strings are found too, and cost a little time. */
const hasLongNumber = /[:[,\s]-?\d{16}/;

const parse = Result.fromThrowable(
  (text: string): unknown => (hasLongNumber.test(text) ? JSON.parse(text, exactly) : JSON.parse(text)),
  () => 'not JSON',
);

/** Strings of a JSON text; and the colon that makes the one before it a key. */
const strings = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
const colon = /\s*:/y;

const keysWritten = (text: string): number => {
  let count = 0;
  for (strings.lastIndex = 0; strings.test(text); ) {
    colon.lastIndex = strings.lastIndex;
    if (colon.test(text)) count += 1;
  }
  return count;
};

const keysRead = (root: unknown): number => {
  let count = 0;
  for (const waiting = [root]; waiting.length > 0; ) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    const entries: readonly unknown[] = Object.values(value);
    if (!Array.isArray(value)) count += entries.length;
    for (const entry of entries) if (typeof entry === 'object') waiting.push(entry);
  }
  return count;
};

/**
 * Reads one JSON object, no key of which is given twice: two readers may differ about which one holds. Whole numbers beyond
 * 2^53 are bigints, none is rounded.
 */
export const parseJsonObject = (bytes: ArrayBuffer): Result<JsonObject, string> =>
  decode(bytes).andThen((text) =>
    parse(text).andThen((value) => {
      if (!isObject(value)) return err('not a JSON object');
      return keysWritten(text) === keysRead(value) ? ok(value) : err('JSON with a key given twice');
    }),
  );
