import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Something that must not be found, under a name that may be shown. */
export type Canary = Readonly<{ name: string; value: string }>;
export type Sighting = Readonly<{ canary: string; form: string; where: string }>;

/** The characters of base64 that stand for these bytes alone, whatever stands before and behind them. */
const insideBase64 = (bytes: Buffer, offset: number, encoding: 'base64' | 'base64url'): string => {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString(encoding);
  const begin = Math.ceil((offset * 4) / 3);
  return text.slice(begin, Math.floor(((offset + bytes.length) * 4) / 3));
};

/** Every spelling in which a value could have been written, without repeats. */
export const formsOf = (value: string): ReadonlyMap<string, Buffer> => {
  const bytes = Buffer.from(value, 'utf8');
  const url = encodeURIComponent(value);
  const everyByte = (spell: (hex: string) => string): string => [...bytes].map((byte) => spell(byte.toString(16).padStart(2, '0'))).join('');
  const spellings: readonly (readonly [string, string])[] = [
    ['plain', value],
    ['JSON', JSON.stringify(value).slice(1, -1)],
    ['URL', url],
    ['URL in lower case', url.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())],
    ['form', new URLSearchParams({ v: value }).toString().slice(2)],
    ['URL twice', encodeURIComponent(url)],
    ['every byte as URL', everyByte((hex) => `%${hex}`)],
    ['HTML', value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
    ['hex', bytes.toString('hex')],
    ['upper hex', bytes.toString('hex').toUpperCase()],
    ...([0, 1, 2] as const).flatMap((offset) =>
      (['base64', 'base64url'] as const).map((encoding) => [`${encoding} at ${offset}`, insideBase64(bytes, offset, encoding)] as const),
    ),
  ];
  const forms = new Map<string, Buffer>();
  for (const [form, text] of spellings) {
    if (![...forms.values()].some((known) => known.equals(Buffer.from(text)))) forms.set(form, Buffer.from(text));
  }
  forms.set('UTF-16', Buffer.from(value, 'utf16le'));
  return forms;
};

type Needle = Readonly<{ canary: string; form: string; bytes: Buffer }>;
const prefixLength = 3;

/** Looks for all canaries in every form, in one pass over what it is given. */
export const createSearch = (canaries: readonly Canary[]) => {
  const byPrefix = new Map<number, Needle[]>();
  for (const { name, value } of canaries) {
    if (value.length < 8) throw new Error(`${name} is too short to be told from chance`);
    for (const [form, bytes] of formsOf(value)) {
      const prefix = bytes.readUIntBE(0, prefixLength);
      byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), { canary: name, form, bytes }]);
    }
  }
  const known = new Uint8Array(2 ** (8 * prefixLength));
  for (const prefix of byPrefix.keys()) known[prefix] = 1;

  const inBytes = (where: string, bytes: Buffer): readonly Sighting[] => {
    const found: Sighting[] = [];
    let window = 0;
    for (let end = 0; end < bytes.length; end += 1) {
      window = ((window << 8) | (bytes[end] ?? 0)) & 0xffffff;
      if (known[window] === 0) continue;
      const start = end - prefixLength + 1;
      for (const { canary, form, bytes: needle } of byPrefix.get(window) ?? []) {
        if (start >= 0 && bytes.subarray(start, start + needle.length).equals(needle)) found.push({ canary, form, where });
      }
    }
    return found;
  };

  const inFolder = async (folder: string): Promise<readonly Sighting[]> => {
    const found: Sighting[] = [];
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      found.push(...inBytes(path, Buffer.from(entry.name)), ...inBytes(path, await readFile(path)));
    }
    return found;
  };

  return { inText: (where: string, text: string) => inBytes(where, Buffer.from(text)), inBytes, inFolder };
};
