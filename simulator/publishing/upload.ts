import type { Hash } from 'node:crypto';
import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint } from '../wire/endpoint.ts';
import { now, type World } from '../world/world.ts';
import { readChunk, type ChunkHeader } from './chunk-header.ts';
import { uploadOf, uploadPath, type UploadTask } from './upload-url.ts';

/**
 * Takes a chunk. Nothing of it is stored until all of it is here; of two that come at once, the one that is complete
 * first counts. Only its size and its digest are kept.
 */
export const uploadEndpoint: Endpoint = {
  method: 'PUT',
  path: uploadPath,
  name: () => 'upload',
  changesWorld: true,
  streamsBody: true,
  handle: async ({ world }, call, body): Promise<Answer> => {
    const found = uploadOf(world, call);
    if (found === null || found.task.status === 'FAILED') return refused(call, 404, 'upload_task_not_found');
    if (call.at >= found.upload.expiresAt) return refused(call, 403, 'upload_url_expired');
    const chunk = readChunk(call, found.upload);
    if (chunk === null) return refused(call, 400, 'bad_headers');
    if (!isNext(found, chunk)) return outOfStep(call, found);
    const digest = world.publishing.digests.get(found.upload.uploadId)?.copy() ?? null;
    const bytes = await consumed(body, digest);
    if (bytes !== chunk.length) return refused(call, 400, 'incomplete_body');
    return stored(world, call, found, chunk, digest);
  },
};

/** Chunks come one after the other, each as long as declared; the last one has what remains. */
function isNext({ upload }: UploadTask, { first, length }: ChunkHeader): boolean {
  const isLast = upload.received === (upload.chunkCount - 1) * upload.chunkSize;
  return first === upload.received && first < upload.size && length === (isLast ? upload.size - first : upload.chunkSize);
}

const interrupted = -1;

async function consumed(body: AsyncIterable<Uint8Array>, digest: Hash | null): Promise<number> {
  let bytes = 0;
  try {
    for await (const piece of body) {
      bytes += piece.byteLength;
      digest?.update(piece);
    }
  } catch {
    return interrupted;
  }
  return bytes;
}

/** One step that no other call sees half done. */
function stored(world: World, call: Call, found: UploadTask, chunk: ChunkHeader, digest: Hash | null): Answer {
  const { task, upload } = found;
  if (task.status === 'FAILED') return refused(call, 404, 'upload_task_not_found');
  if (!isNext(found, chunk)) return outOfStep(call, found);
  upload.received += chunk.length;
  if (upload.received < upload.size) {
    if (digest !== null) world.publishing.digests.set(upload.uploadId, digest);
    return acknowledged(call, 206, found);
  }
  world.publishing.digests.delete(upload.uploadId);
  task.files = [{ bytes: upload.size, sha256: digest?.digest('hex') ?? null }];
  task.receivedAt = now(world);
  return acknowledged(call, 201, found);
}

const outOfStep = (call: Call, found: UploadTask): Answer => ({ ...acknowledged(call, 416, found), error: 'out_of_step' });

const acknowledged = (call: Call, status: number, { upload }: UploadTask): Answer => ({
  status,
  headers: { 'x-tt-logid': call.logId, 'content-range': `bytes 0-${upload.received}/${upload.size}` },
  body: '',
});

const refused = (call: Call, status: number, error: string): Answer => ({ status, headers: { 'x-tt-logid': call.logId }, body: '', error });
