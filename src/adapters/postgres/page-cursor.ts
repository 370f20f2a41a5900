import { z } from 'zod';
import { isUuid } from '../../domain/values/ids.ts';
import { parseInstant, type Instant } from '../../domain/values/instant.ts';

/** The last entry of a page, in the order of the list: by time, then by id. */
export type PagePosition = Readonly<{ at: Instant; id: string }>;

const fields = z.tuple([z.string(), z.string().refine(isUuid)]);

/** Opaque to callers. Holds nothing that the page itself does not show. */
export const cursorOf = ({ at, id }: PagePosition): string => Buffer.from(JSON.stringify([at, id]), 'utf8').toString('base64url');

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Null for anything but the exact spelling of a cursor of ours. */
export const parseCursor = (cursor: string): PagePosition | null => {
  const parsed = fields.safeParse(parsedJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success) return null;
  const [time, id] = parsed.data;
  const at = parseInstant(time);
  if (at === null) return null;
  const position = { at, id };
  return cursorOf(position) === cursor ? position : null;
};
