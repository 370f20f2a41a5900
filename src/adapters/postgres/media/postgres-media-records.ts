import type pg from 'pg';
import { z } from 'zod';
import type { MediaInventory, MediaRecord, MediaRecords } from '../../../application/ports/media-records.ts';
import { mediaId } from '../../../domain/values/ids.ts';
import { ask, askFirst, nothing } from '../database.ts';
import { instantColumn, userIdColumn } from '../row-types.ts';

const columns = 'id, owner, bytes::text, content_type, sha256, video, stamp, expires_at, expires_at <= clock_timestamp() as expired';

const add = {
  name: 'media.add',
  text: `insert into tiktok_connections.media (id, owner, bytes, content_type, sha256, video, stamp, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, date_trunc('milliseconds', clock_timestamp()) + $8 * interval '1 millisecond')
    returning ${columns}`,
};
const find = { name: 'media.find', text: `select ${columns} from tiktok_connections.media where id = $1` };
const restamp = { name: 'media.restamp', text: 'update tiktok_connections.media set stamp = $2 where id = $1' };
const keepUntil = {
  name: 'media.keep_until',
  text: 'update tiktok_connections.media set expires_at = greatest(expires_at, $2) where id = $1 and expires_at > clock_timestamp()',
};
const forgetOne = { name: 'media.forget_one', text: 'delete from tiktok_connections.media where id = $1 returning id' };
const forgetOwner = { name: 'media.forget_owner', text: 'delete from tiktok_connections.media where owner = $1 returning id' };
const forgetExpired = {
  name: 'media.forget_expired',
  text: `delete from tiktok_connections.media where ctid = any (array(
      select ctid from tiktok_connections.media where expires_at <= clock_timestamp() order by expires_at limit $1 for update skip locked))
    returning id`,
};
const known = { name: 'media.known', text: 'select id from tiktok_connections.media where id = any ($1)' };
const page = {
  name: 'media.page',
  text: 'select id from tiktok_connections.media where $1::uuid is null or id > $1 order by id limit $2',
};

const mediaIdColumn = z.string().transform(mediaId);
const idRow = z.object({ id: mediaIdColumn }).transform(({ id }) => id);

const facts = z.object({
  container: z.string(),
  codec: z.string(),
  durationMillis: z.number(),
  width: z.number(),
  height: z.number(),
  frameRate: z.number().nullable(),
  bytes: z.number(),
});

const mediaRow = z
  .object({
    id: mediaIdColumn,
    owner: userIdColumn.nullable(),
    bytes: z.string().transform(Number),
    content_type: z.string(),
    sha256: z.string(),
    video: facts.nullable(),
    stamp: z.string(),
    expires_at: instantColumn,
    expired: z.boolean(),
  })
  .transform(
    ({ content_type: contentType, expires_at: expiresAt, stamp, expired, ...same }): MediaRecord => ({
      media: { ...same, contentType, expiresAt },
      stamp,
      expired,
    }),
  );

export const createMediaRecords = (pool: pg.Pool): MediaRecords & MediaInventory => ({
  add: ({ id, owner, bytes, contentType, sha256, video, stamp }, keptMillis) =>
    ask(pool, add, [id, owner, bytes, contentType, sha256, video, stamp, keptMillis], mediaRow).map(([added]) => {
      if (added === undefined) throw new Error('an insert answered no row');
      return added.media;
    }),
  find: (id) => askFirst(pool, find, [id], mediaRow),
  restamp: (id, stamp) => ask(pool, restamp, [id, stamp], nothing).map(() => undefined),
  keepUntil: (id, until) => ask(pool, keepUntil, [id, until], nothing).map(() => undefined),
  forget: (chosen) => ('id' in chosen ? ask(pool, forgetOne, [chosen.id], idRow) : ask(pool, forgetOwner, [chosen.owner], idRow)),
  forgetExpired: (atMost) => ask(pool, forgetExpired, [atMost], idRow),
  known: (ids) => ask(pool, known, [ids], idRow).map((found) => new Set(found)),
  page: (after, atMost) => ask(pool, page, [after, atMost], idRow),
});
