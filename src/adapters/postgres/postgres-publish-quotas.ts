import type pg from 'pg';
import { z } from 'zod';
import type { PublishQuotas, Quota, QuotaAnswer, QuotaUse } from '../../application/ports/publish-quotas.ts';
import { plusMillis, type Instant } from '../../domain/values/instant.ts';
import { ask } from './database.ts';
import { instantColumn } from './row-types.ts';

const take = {
  name: 'publish_quotas.take',
  text: 'select quota, free_at from tiktok_connections.take_publish_quotas($1, $2::text[], $3::integer[], $4::double precision[])',
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

const exhaustedRow = z.object({ quota: z.number(), free_at: instantColumn });
const usedRow = z.object({ used: z.number(), free_at: instantColumn.nullable() });

const valuesOf = (quotas: readonly Quota[]) => [
  quotas.map(({ name }) => name),
  quotas.map(({ limit }) => limit),
  quotas.map(({ windowMillis }) => windowMillis),
];

/** The driver cuts a moment to the millisecond: the one behind it is surely free. */
const surelyFree = (freeAt: Instant): Instant => plusMillis(freeAt, 1);

const answerOf = (quotas: readonly Quota[], exhausted: z.output<typeof exhaustedRow> | undefined): QuotaAnswer => {
  const quota = exhausted === undefined ? undefined : quotas[exhausted.quota - 1];
  return exhausted === undefined || quota === undefined
    ? { kind: 'Granted' }
    : { kind: 'Exhausted', quota, freeAt: surelyFree(exhausted.free_at) };
};

/** Sliding windows by the database's clock; one statement each, behind a lock per name. */
export const createPublishQuotas = (pool: pg.Pool): PublishQuotas => ({
  take: (use, quotas) => ask(pool, take, [use, ...valuesOf(quotas)], exhaustedRow).map(([exhausted]) => answerOf(quotas, exhausted)),
  look: (quotas) =>
    ask(pool, look, valuesOf(quotas), usedRow).map((rows) =>
      quotas.map((quota, index): QuotaUse => {
        const { used, free_at: freeAt } = rows[index] ?? { used: 0, free_at: null };
        return { quota, used, freeAt: freeAt === null ? null : surelyFree(freeAt) };
      }),
    ),
});
