import type pg from 'pg';
import { z } from 'zod';
import type { SharedUses, TotalUses } from '../../application/ports/shared-uses.ts';
import { ask } from './database.ts';

// In one order everywhere, so that two replicas never wait for each other.
const add = {
  name: 'rate_limits.add',
  text: `insert into tiktok_connections.rate_limit_uses as held (caller, requests, expires_at)
    select caller, requests, clock_timestamp() + left_millis * interval '1 millisecond'
    from unnest($1::text[], $2::bigint[], $3::double precision[]) as new (caller, requests, left_millis)
    order by caller
    on conflict (caller) do update set
      requests = excluded.requests + case when held.expires_at > clock_timestamp() then held.requests else 0 end,
      expires_at = case when held.expires_at > clock_timestamp() then held.expires_at else excluded.expires_at end
    returning caller, requests::integer as requests,
      (extract(epoch from expires_at - clock_timestamp()) * 1000)::double precision as left_millis`,
};

const totalRow = z
  .object({ caller: z.string(), requests: z.number(), left_millis: z.number() })
  .transform(({ left_millis: leftMillis, ...total }): TotalUses => ({ ...total, leftMillis }));

/** One row for each caller; its window ends by the database's clock. */
export const createSharedUses = (pool: pg.Pool): SharedUses => ({
  add: (uses) =>
    ask(
      pool,
      add,
      [uses.map(({ caller }) => caller), uses.map(({ requests }) => requests), uses.map(({ leftMillis }) => leftMillis)],
      totalRow,
    ),
});
