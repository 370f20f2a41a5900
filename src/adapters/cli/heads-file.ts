import { readFileSync } from 'node:fs';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import type { ChainHead } from '../../application/auditing/check-heads.ts';
import { chainHash, streamName } from '../../application/ports/event-names.ts';
import { wrongUse, type Refusal } from './outcome.ts';

const head = z.object({
  stream: z.string().min(1).transform(streamName),
  revision: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/).transform(chainHash),
});

const parsed = (line: string): ChainHead | null => {
  try {
    return head.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
};

const textOf = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

/** What `export --heads` printed. */
export const readHeadsFile = (file: string): Result<readonly ChainHead[], Refusal> => {
  const text = textOf(file);
  if (text === null) return err(wrongUse(`The file ${file} cannot be read: --heads takes what \`export --heads\` printed.`));
  const heads: ChainHead[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const found = parsed(line);
    if (found === null) return err(wrongUse(`Line ${index + 1} of ${file} is not one that \`export --heads\` printed.`));
    heads.push(found);
  }
  return heads.length > 0 ? ok(heads) : err(wrongUse(`The file ${file} holds no heads: \`export --heads\` prints them.`));
};
