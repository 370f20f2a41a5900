import { join } from 'node:path';
import { isUuid, mediaId, type MediaId } from '../../domain/values/ids.ts';

const unfinished = '.part';

export interface MediaFolder {
  readonly path: string;
  readonly fileOf: (id: MediaId) => string;
  /** Where a file stands until it is whole. */
  readonly partOf: (id: MediaId) => string;
}

export const mediaFolder = (path: string): MediaFolder => ({
  path,
  fileOf: (id) => join(path, id),
  partOf: (id) => join(path, `${id}${unfinished}`),
});

/** What a name in the folder stands for; null for what is not ours. */
export const readName = (name: string): Readonly<{ id: MediaId; whole: boolean }> | null => {
  const whole = !name.endsWith(unfinished);
  const text = whole ? name : name.slice(0, -unfinished.length);
  return isUuid(text) ? { id: mediaId(text), whole } : null;
};
