import { okAsync, ResultAsync } from 'neverthrow';
import type pg from 'pg';
import { z } from 'zod';
import type { PublishQuotas, Quota, QuotaAnswer, QuotaUse, WantedQuota } from '../../application/ports/publish-quotas.ts';
import { plusMillis, type Instant } from '../../domain/values/instant.ts';
import { ask, rowsOf, withoutWaiting } from './database.ts';
import { databaseUnavailable } from './failure.ts';
import { gather } from './gather.ts';
import { instantColumn } from './row-types.ts';

// A use that a crash of the database has forgotten lets one call too many through, which TikTok answers with a wait.
const take = {
  name: 'publish_quotas.take',
  text: `select uses.asker, uses.place, uses.free_at from (select ${withoutWaiting} as quick) one cross join lateral
    tiktok_connections.take_publish_quotas_together($1::integer[], $2::text[], $3::text[], $4::integer[], $5::double precision[]) as uses
    where one.quick`,
};

const look = {
  name: 'publish_quotas.look',
  text: `select coalesce(array_length(uses.at, 1), 0) as used, uses.at[wanted.most] + wanted.lasting as free_at
    from (select name, most, make_interval(secs => millis / 1000) as lasting, index
      from unnest($1::text[], $2::integer[], $3::double precision[]) with ordinality as q (name, most, millis, index)) as wanted
    cross join lateral (
      select array_agg(u.used_at order by u.used_at desc) as at from tiktok_connections.publish_quota_uses u
      where u.name = wanted.name and u.used_at > clock_timestamp() - wanted.lasting) as uses
    order by wanted.index`,
};

const exhaustedRow = z.object({ asker: z.number(), place: z.number(), free_at: instantColumn });
const usedRow = z.object({ used: z.number(), free_at: instantColumn.nullable() });

const valuesOf = (quotas: readonly Quota[]) => [
  quotas.map(({ name }) => name),
  quotas.map(({ limit }) => limit),
  quotas.map(({ windowMillis }) => windowMillis),
];

/** The driver cuts a moment to the millisecond: the one behind it is surely free. */
const surelyFree = (freeAt: Instant): Instant => plusMillis(freeAt, 1);

/** Those who ask in one turn of the event loop share a statement, and so a commit. */
const takeTogether = async (pool: pg.Pool, askers: readonly (readonly WantedQuota[])[]): Promise<readonly QuotaAnswer[]> => {
  const all = askers.flatMap((wanted, index) => wanted.map(({ use, quota }) => ({ asker: index + 1, use, quota })));
  const values = [all.map(({ asker }) => asker), all.map(({ use }) => use), ...valuesOf(all.map(({ quota }) => quota))];
  const exhausted = new Map((await rowsOf(pool, take, values, exhaustedRow)).map((row) => [row.asker, row]));
  return askers.map((_, index): QuotaAnswer => {
    const row = exhausted.get(index + 1);
    const wanted = row === undefined ? undefined : all[row.place - 1];
    return row === undefined || wanted === undefined ? { kind: 'Granted' } : { kind: 'Exhausted', quota: wanted.quota, freeAt: surelyFree(row.free_at) };
  });
};

/** Sliding windows by the database's clock, behind a lock per name. */
export const createPublishQuotas = (pool: pg.Pool): PublishQuotas => {
  const takeOne = gather<readonly WantedQuota[], QuotaAnswer>({ send: (askers) => takeTogether(pool, askers), atOnce: 1, mostTogether: 32 });
  const granted: QuotaAnswer = { kind: 'Granted' };
  return {
    take: (wanted) => (wanted.length === 0 ? okAsync(granted) : ResultAsync.fromPromise(takeOne(wanted), databaseUnavailable)),
    look: (quotas) =>
      ask(pool, look, valuesOf(quotas), usedRow).map((rows) =>
        quotas.map((quota, index): QuotaUse => {
          const { used, free_at: freeAt } = rows[index] ?? { used: 0, free_at: null };
          return { quota, used, freeAt: freeAt === null ? null : surelyFree(freeAt) };
        }),
      ),
  };
};
