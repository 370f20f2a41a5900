import type { Call } from '../wire/call.ts';
import type { Simulation } from '../wire/endpoint.ts';
import type { PublishTask, Upload } from '../world/publish-task.ts';
import type { World } from '../world/world.ts';

export const uploadPath = '/video/';

/** Where the bytes go: the host the init came to, by https where the public URL says so of it. */
export function uploadUrl({ publicUrl }: Simulation, call: Call, { uploadId, uploadToken }: Upload): string {
  const query = new URLSearchParams({ upload_id: uploadId, upload_token: uploadToken });
  const host = call.headers['host'] ?? '';
  const origin = host === new URL(publicUrl()).host ? publicUrl() : `http://${host}`;
  return `${origin}${uploadPath}?${query.toString()}`;
}

export type UploadTask = Readonly<{ task: PublishTask; upload: Upload }>;

/** The task an upload URL is of; null when the token is none of ours. */
export function uploadOf({ publishing: { uploads, tasks } }: World, call: Call): UploadTask | null {
  const task = tasks.get(uploads.get(call.query.get('upload_id') ?? '') ?? '');
  if (task?.transfer.source !== 'FILE_UPLOAD' || task.transfer.uploadToken !== call.query.get('upload_token')) return null;
  return { task, upload: task.transfer };
}
