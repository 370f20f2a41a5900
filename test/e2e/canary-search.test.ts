import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSearch, formsOf } from '../support/canaries.ts';
import { temporaryDirectory } from '../support/service-process.ts';

const secret = 'made-up "secret" act.SIM*0!6410 <Ünïque>';
const search = createSearch([{ name: 'secret', value: secret }]);

/** What somebody might make of a text that holds the secret. */
const carriers: readonly (readonly [name: string, carry: (text: string) => string | Buffer])[] = [
  ['as it is', (text) => text],
  ['as JSON', (text) => JSON.stringify({ text })],
  ['as base64', (text) => Buffer.from(text).toString('base64')],
  ['as base64url', (text) => Buffer.from(text).toString('base64url')],
  ['as hex', (text) => Buffer.from(text).toString('hex')],
  ['as upper hex', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['in a URL', (text) => `https://a.example/?v=${encodeURIComponent(text)}`],
  ['in a URL in a URL', (text) => `https://a.example/?v=${encodeURIComponent(encodeURIComponent(text))}`],
  ['in a form', (text) => new URLSearchParams({ text }).toString()],
  ['as UTF-16', (text) => Buffer.from(text, 'utf16le')],
];

describe('the search for canaries', () => {
  it.each(carriers)('finds a secret carried %s, wherever in the text it stands', (_, carry) => {
    for (const before of ['', 'a', 'ab', 'abc', 'abcd', 'a longer beginning: ']) {
      for (const behind of ['', 'y', 'yz', ' and an end']) {
        const carried = Buffer.from(carry(`${before}${secret}${behind}`));
        expect(search.inBytes('here', carried).map(({ canary, where }) => [canary, where]), `${before}|${behind}`).toContainEqual(['secret', 'here']);
      }
    }
  });

  it('finds every form, in files and in their names', async () => {
    const folder = await temporaryDirectory();
    await mkdir(join(folder.path, 'deep', 'down'), { recursive: true });
    const forms = formsOf(secret);
    for (const [form, bytes] of forms) await writeFile(join(folder.path, 'deep', 'down', form), Buffer.concat([Buffer.alloc(5_000, form), bytes]));
    await writeFile(join(folder.path, Buffer.from(secret).toString('hex')), '');
    const found = await search.inFolder(folder.path);
    expect(new Set(found.map(({ form }) => form))).toEqual(new Set([...forms.keys()]));
    expect(found.filter(({ where }) => !where.includes('deep'))).toMatchObject([{ form: 'hex' }]);
    await folder.remove();
  });

  it('finds nothing where nothing is, nor what only begins alike', () => {
    expect(search.inText('here', `${secret.slice(0, -1)} ${secret.slice(1)} ${secret.toUpperCase()}`)).toEqual([]);
  });
});
