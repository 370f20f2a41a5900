import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, statfs } from 'node:fs/promises';
import { err, type Result } from 'neverthrow';
import type { Incoming, Media, StoreFailure } from '../../application/ports/media-library.ts';
import type { MediaRecords } from '../../application/ports/media-records.ts';
import { mediaId, type MediaId } from '../../domain/values/ids.ts';
import { diskFailure } from './disk-failure.ts';
import { lookAtFile } from './file-stamp.ts';
import type { MediaFolder } from './media-folder.ts';
import type { ProbeVideo } from './probe/probe-video.ts';
import { writeBody } from './write-body.ts';

export type StorePorts = Readonly<{
  folder: MediaFolder;
  records: MediaRecords;
  probe: ProbeVideo;
  maxBytes: number;
  keptMillis: number;
}>;

const typeOfContainer: ReadonlyMap<string, string> = new Map([
  ['mp4', 'video/mp4'],
  ['mov', 'video/quicktime'],
  ['webm', 'video/webm'],
]);
const videoTypes: ReadonlySet<string> = new Set(typeOfContainer.values());

/** As the sender says, unless that is no type of a video and the file is one: an address often says `application/octet-stream`. */
const typeOf = (said: string, video: Media['video']): string => {
  if (video === null || videoTypes.has(said)) return said;
  return typeOfContainer.get(video.container) ?? said;
};

const hasRoom = async ({ path }: MediaFolder, bytes: number): Promise<boolean> => {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize >= bytes;
};

/** A rename is durable once the folder that holds the names is. */
const syncFolder = async ({ path }: MediaFolder): Promise<void> => {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};

const storeAs = async (ports: StorePorts, id: MediaId, incoming: Incoming, body: AsyncIterable<Uint8Array>): Promise<Result<Media, StoreFailure>> => {
  const { folder, records, probe, maxBytes, keptMillis } = ports;
  const { owner, contentType, bytes: declared } = incoming;
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  if (declared !== null && !(await hasRoom(folder, declared))) return err({ kind: 'StorageFull' });
  const [part, whole] = [folder.partOf(id), folder.fileOf(id)];
  const written = await writeBody(part, body, { limit: maxBytes, declared });
  if (written.isErr()) return err(written.error);
  const { bytes, sha256 } = written.value;
  const video = contentType.startsWith('image/') ? null : await probe(part, bytes);
  await rename(part, whole);
  await syncFolder(folder);
  const { stamp } = await lookAtFile(whole);
  return records.add({ id, owner, bytes, contentType: typeOf(contentType, video), sha256, video, stamp }, keptMillis);
};

/** What cannot be removed now is found by the next sweep. */
const leaveNothing = async ({ folder }: StorePorts, id: MediaId): Promise<void> => {
  await Promise.allSettled([rm(folder.partOf(id), { force: true }), rm(folder.fileOf(id), { force: true })]);
};

/** Writes, checks, probes and records a file, or leaves nothing behind. */
export const storeFile = async (ports: StorePorts, incoming: Incoming, body: AsyncIterable<Uint8Array>): Promise<Result<Media, StoreFailure>> => {
  const { maxBytes } = ports;
  if (incoming.bytes !== null && incoming.bytes > maxBytes) return err({ kind: 'MediaTooLarge', limit: maxBytes });
  const id = mediaId(randomUUID());
  const stored = await storeAs(ports, id, incoming, body).catch((error: unknown) => err(diskFailure(error)));
  if (stored.isErr()) await leaveNothing(ports, id);
  return stored;
};
