import type { Call } from '../wire/call.ts';
import type { Upload } from '../world/publish-task.ts';

export type ChunkHeader = Readonly<{ first: number; length: number }>;

const types: ReadonlySet<string> = new Set(['video/mp4', 'video/quicktime', 'video/webm']);

/** What a PUT says of its bytes; null where headers are missing, malformed or contradict one another. */
export function readChunk({ headers, contentTypes }: Call, { size }: Upload): ChunkHeader | null {
  const [, first = '', last = '', total = ''] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(headers['content-range'] ?? '') ?? [];
  const length = Number(last) - Number(first) + 1;
  const isSound =
    first !== '' &&
    Number(total) === size &&
    length > 0 &&
    Number(last) < size &&
    headers['content-length'] === String(length) &&
    contentTypes.length === 1 &&
    types.has(contentTypes[0] ?? '');
  return isSound ? { first: Number(first), length } : null;
}
