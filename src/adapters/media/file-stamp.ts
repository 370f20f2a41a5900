import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, type FileHandle } from 'node:fs/promises';

export type FileLook = Readonly<{ bytes: number; stamp: string }>;

const readPieceBytes = 256 * 1_024;

/** Any write, truncation, rename or change of times moves a file's status time; no program can set it back. */
const look = ({ size, ctimeNs }: Readonly<{ size: bigint; ctimeNs: bigint }>): FileLook => ({ bytes: Number(size), stamp: String(ctimeNs) });

export const lookAtFile = async (path: string): Promise<FileLook> => look(await stat(path, { bigint: true }));

export const lookAtOpenFile = async (file: FileHandle): Promise<FileLook> => look(await file.stat({ bigint: true }));

/** SHA-256 as 64 lower-case hex digits. */
export const hashFile = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  const pieces: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: readPieceBytes });
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
};
