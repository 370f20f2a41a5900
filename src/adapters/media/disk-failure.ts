import { unavailable, type Unavailable } from '../../application/failures.ts';
import type { StorageFull } from '../../application/ports/media-library.ts';

const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The code of the operating system, which repeats no path. */
export const diskCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown failure';

export const diskUnavailable = (error: unknown): Unavailable => unavailable('media_storage', diskCode(error));

/** What a write to the disk failed of. */
export const diskFailure = (error: unknown): StorageFull | Unavailable =>
  full.has(diskCode(error)) ? { kind: 'StorageFull' } : diskUnavailable(error);
