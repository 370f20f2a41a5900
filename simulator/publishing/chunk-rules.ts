import type { Settings } from '../world/settings.ts';

export type DeclaredUpload = Readonly<{ video_size: number; chunk_size: number; total_chunk_count: number }>;

const mostChunks = 1_000;
const largestVideo = 4 * 2 ** 30;
/** In bytes. */
const limits = {
  strict: { least: 5_242_880, most: 64_000_000 },
  decimal: { least: 5_000_000, most: 64_000_000 },
  binary: { least: 5_242_880, most: 67_108_864 },
} as const;

/** TikTok's words for what is wrong with a chunk plan, null for a right one. The count is `floor(size / chunk)`, never `ceil`. */
export function chunkMistake(declared: DeclaredUpload, megabyte: Settings['publishing']['megabyte']): string | null {
  const { video_size: size, chunk_size: chunk, total_chunk_count: count } = declared;
  const { least, most } = limits[megabyte];
  if (size > largestVideo) return 'The video size is invalid';
  if (chunk > most || (chunk < least && chunk !== size)) return 'The chunk size is invalid';
  if (count > mostChunks || count !== Math.max(1, Math.floor(size / chunk))) return 'The total chunk count is invalid';
  return count === 1 && chunk !== size ? 'The chunk size is invalid' : null;
}
