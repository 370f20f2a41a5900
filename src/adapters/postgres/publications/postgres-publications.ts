import { err, errAsync, ok, okAsync, ResultAsync, type Result } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { Unavailable } from '../../../application/failures.ts';
import type { BadCursor } from '../../../application/ports/connections.ts';
import type { PublicationPage, PublicationQuery, Publications } from '../../../application/ports/publications.ts';
import type { Sealer } from '../../../application/ports/sealer.ts';
import { contentContext, openContents } from '../../../application/publishing/publish-content.ts';
import { publicationView, type PublicationRecord } from '../../../application/reading/publication-record.ts';
import { publicationStatuses, type PublicationView } from '../../../application/reading/publication-view.ts';
import { postId, publicationId, type ConnectionId, type PublicationId, type PublishId } from '../../../domain/values/ids.ts';
import { ask, askFirst, rowsOf } from '../database.ts';
import { databaseUnavailable } from '../failure.ts';
import { gather } from '../gather.ts';
import { cursorOf, parseCursor, type PagePosition } from '../page-cursor.ts';
import { publicationRow } from './publication-row.ts';
import { byId, byPublishIds, claimed, page, unanswered } from './publications-statements.ts';

const postRow = z.object({ post_id: z.string().transform(postId) }).transform(({ post_id: id }) => id);

const knownRow = z.object({ publish_id: z.string(), publication_id: z.string().transform(publicationId) });

/** Those that are looked for in one turn of the event loop share a statement. */
const findByPublishIds = (pool: pg.Pool): ((publishId: PublishId) => Promise<PublicationId | null>) =>
  gather<PublishId, PublicationId | null>({
    send: async (wanted) => {
      const rows = await rowsOf(pool, byPublishIds, [[...new Set(wanted)]], knownRow);
      const known = new Map(rows.map((row) => [row.publish_id, row.publication_id]));
      return wanted.map((publishId) => known.get(publishId) ?? null);
    },
    atOnce: 4,
    mostTogether: 64,
  });

const unansweredRow = z.object({ connection_id: z.string(), publication_id: z.string().transform(publicationId) });

/** A storm of webhooks that fit nothing asks this for each of them: those of one turn share a statement. */
const findUnanswered = (pool: pg.Pool): ((connectionId: ConnectionId) => Promise<readonly PublicationId[]>) =>
  gather<ConnectionId, readonly PublicationId[]>({
    send: async (wanted) => {
      const rows = await rowsOf(pool, unanswered, [[...new Set(wanted)]], unansweredRow);
      return wanted.map((connectionId) => rows.filter((row) => row.connection_id === connectionId).map((row) => row.publication_id));
    },
    atOnce: 4,
    mostTogether: 64,
  });

type OpenAll = Pick<Sealer, 'openAll'>;

/** Where the words of a publication cannot be opened (any more), its posts have no addresses. */
const shown = async (sealer: OpenAll, records: readonly PublicationRecord[]): Promise<readonly PublicationView[]> => {
  const posted = records.filter(({ postIds }) => postIds.length > 0);
  const requests = posted.map(({ connectionId, life, id, content }) => ({ context: contentContext(connectionId, life, id), sealed: content }));
  const opened = requests.length === 0 ? [] : await openContents(sealer, requests).unwrapOr([]);
  const usernames = new Map(posted.map(({ id }, index) => [id, opened[index]?.map(({ username }) => username).unwrapOr(null) ?? null]));
  return records.map((record) => publicationView(record, usernames.get(record.id) ?? null));
};

const positionOf = ({ cursor }: PublicationQuery): Result<PagePosition | undefined, BadCursor> => {
  if (cursor === null) return ok(undefined);
  const position = parseCursor(cursor);
  return position === null ? err({ kind: 'BadCursor' }) : ok(position);
};

const pageOf = async (sealer: OpenAll, rows: readonly PublicationRecord[], limit: number): Promise<PublicationPage> => {
  const publications = await shown(sealer, rows.slice(0, limit));
  const last = publications.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { publications, nextCursor: more ? cursorOf({ at: last.createdAt, id: last.id }) : null };
};

/** @param sealer opens the creators' names, of which the addresses of posts are made */
export const createPublications = (pool: pg.Pool, sealer: OpenAll): Publications => {
  const findOne = findByPublishIds(pool);
  const findUnansweredOf = findUnanswered(pool);
  return {
    byId: (id, viewer) =>
      askFirst(pool, byId, [id, viewer.kind === 'owner' ? viewer.userId : null], publicationRow).map(async (record) => {
        const [view] = record === null ? [] : await shown(sealer, [record]);
        return view ?? null;
      }),

    list: (query): ResultAsync<PublicationPage, BadCursor | Unavailable> => {
      const position = positionOf(query);
      if (position.isErr()) return errAsync(position.error);
      const { viewer, connectionId, statuses, limit } = query;
      const after = position.value;
      const statement = page({ owner: viewer.kind === 'owner', connection: connectionId !== null, after: after !== undefined });
      const values = [
        statuses ?? publicationStatuses,
        // One more than asked for tells whether another page follows.
        limit + 1,
        ...(viewer.kind === 'owner' ? [viewer.userId] : []),
        ...(connectionId === null ? [] : [connectionId]),
        ...(after === undefined ? [] : [after.at, after.id]),
      ];
      return ask(pool, statement, values, publicationRow).map((rows) => pageOf(sealer, rows, limit));
    },

    // No text of PostgreSQL holds a zero: one that does is known to nobody, and must not fail the others.
    byPublishId: (publishId) => (publishId.includes('\0') ? okAsync(null) : ResultAsync.fromPromise(findOne(publishId), databaseUnavailable)),
    unanswered: (connectionId) => ResultAsync.fromPromise(findUnansweredOf(connectionId), databaseUnavailable),
    claimed: (connectionId, postIds) => ask(pool, claimed, [connectionId, postIds], postRow),
  };
};
