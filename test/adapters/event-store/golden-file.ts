import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { EventFormat } from '../../../src/adapters/event-store/codec/event-format.ts';
import { chainHash, checkpoint, streamName } from '../../../src/application/ports/event-names.ts';
import type { EventAddress } from '../../../src/application/ports/event-store.ts';
import { eventId } from '../../../src/domain/values/ids.ts';
import { instant } from '../../../src/domain/values/instant.ts';

/** An event as a release wrote it. Files are added for every new type and version, and never changed. */
const golden = z.strictObject({
  previousHash: z.string().transform(chainHash).nullable(),
  stream: z.string().transform(streamName),
  revision: z.int(),
  type: z.string(),
  schemaVersion: z.int(),
  id: z.string().transform(eventId),
  occurredAt: z.string(),
  data: z.string(),
  metadata: z.string(),
  hash: z.string().transform(chainHash),
});
export type Golden = z.output<typeof golden>;

const folder = new URL('./golden/', import.meta.url);

export const readGolden = async (): Promise<readonly Golden[]> => {
  const names = await readdir(folder);
  return Promise.all(names.map(async (name) => golden.parse(JSON.parse(await readFile(new URL(name, folder), 'utf8')))));
};

export const addressOfGolden = ({ previousHash: _, occurredAt, data, metadata, ...address }: Golden): EventAddress => ({
  ...address,
  checkpoint: checkpoint('golden'),
  recordedAt: instant(0),
  stored: { occurredAt, data, metadata },
});

/** Types and versions that were written once and have no golden file. */
export const withoutGolden = (formats: ReadonlyMap<string, EventFormat>, files: readonly Golden[]): readonly string[] => {
  const kept = new Set(files.map(({ type, schemaVersion }) => `${type} ${schemaVersion}`));
  const ever = [...formats].flatMap(([type, { version }]) => Array.from({ length: version }, (_, index) => `${type} ${index + 1}`));
  return ever.filter((one) => !kept.has(one));
};
