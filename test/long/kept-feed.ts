import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { z } from 'zod';
import { checkpoint, type Checkpoint } from '../../src/application/ports/event-names.ts';
import type { FeedBatch } from '../../src/application/ports/event-store.ts';

const line = z.object({
  checkpoint: z.string().transform(checkpoint),
  /** `<id> <stream> <revision>` of each event. */
  events: z.array(z.string()),
});

export type KeptFeed = Readonly<{ checkpoint: Checkpoint | null; events: readonly string[] }>;

/** What a reader has kept, without the line it was killed at. */
export const readKept = (file: string): KeptFeed => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n').filter((each) => each !== '');
  const kept = lines.map((each) => line.parse(JSON.parse(each)));
  return { checkpoint: kept.at(-1)?.checkpoint ?? null, events: kept.flatMap(({ events }) => events) };
};

/** Removes the line that was cut off by a kill, so that the next one is not glued to it. */
export const dropCutLine = (file: string): void => {
  if (!existsSync(file)) return;
  const bytes = readFileSync(file);
  truncateSync(file, bytes.lastIndexOf(0x0a) + 1);
};

/** Events and checkpoint in one write: both are kept or neither. */
export const keep = (file: string, { events, checkpoint: reached }: FeedBatch): void => {
  const facts = events.map(({ id, stream, revision }) => `${id} ${stream} ${revision}`);
  appendFileSync(file, `${JSON.stringify({ checkpoint: reached, events: facts })}\n`);
};
