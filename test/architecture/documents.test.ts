import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const documents = ['README.md', 'CONTRIBUTING.md', ...(await readdir(join(root, 'docs'), { recursive: true })).filter((name) => name.endsWith('.md')).map((name) => join('docs', name))];

/** What a document points to in this repository: links, and paths in backticks that begin with a folder of ours. */
const placesIn = (document: string, text: string): string[] => [
  ...[...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link = '']) => join(dirname(document), link)),
  ...[...text.matchAll(/`((?:docs|src|test|bench|simulator|monitoring|eslint-rules)\/[\w./-]+)`/g)].map(([, path = '']) => path),
];

describe('documents', () => {
  test.each(documents)('%s points only to what is there', async (document) => {
    const places = placesIn(document, await readFile(join(root, document), 'utf8'));
    expect(places.filter((place) => !existsSync(join(root, place)))).toEqual([]);
  });
});
