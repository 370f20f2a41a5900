import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { byId, page, type PageShape } from '../../../../src/adapters/postgres/connections/page-statements.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../../../support/projection-database.ts';

let database: MigratedDatabase;

const id = (number: number): string => `00000000-0000-5000-8000-${String(number).padStart(12, '0')}`;
const connectionsOfAll = 20_000;

// One user in the middle owns a quarter of everything, as an agency would; of ten connections nine are disconnected.
const fill = `
  insert into tiktok_connections.connections (connection_id, user_id, current_owner, life, status, client_key, sealed_profile, scopes,
    connected_at, first_connected_at, connection_first_connected_at, updated_at, revision, profile_state, open_id)
  select ('00000000-0000-5000-8000-' || lpad(n::text, 12, '0'))::uuid, case when n % 4 = 0 then 'agency' else 'user_' || n end, true, 1,
    case when n % 10 = 0 then 'active' else 'disconnected' end, 'key', 'sealed', '{}', moment, moment, moment, moment, 1, 'open', 'open_' || n
  from generate_series(1, ${connectionsOfAll}) n, lateral (select timestamptz '2026-01-01' + n * interval '1 second' as moment) m`;

beforeAll(async () => {
  database = await createMigratedDatabase();
  await database.pool.query(fill);
  await database.pool.query('analyze tiktok_connections.connections');
});
afterAll(() => database.drop());

type Node = Readonly<{ 'Node Type': string; 'Actual Rows': number; 'Actual Loops': number; 'Rows Removed by Filter'?: number | undefined; Plans?: readonly Node[] | undefined }>;
const node: z.ZodType<Node> = z.object({
  'Node Type': z.string(),
  'Actual Rows': z.number(),
  'Actual Loops': z.number(),
  'Rows Removed by Filter': z.number().optional(),
  get Plans() {
    return z.array(node).optional();
  },
});
const answer = z.tuple([z.object({ 'QUERY PLAN': z.tuple([z.object({ Plan: node })]) })]);

/** How many rows of the table a statement looks at, and by which kinds of scans. */
const looked = (plan: Node): { rows: number; scans: readonly string[] } => {
  const below = (plan.Plans ?? []).map(looked);
  const isScan = /Scan$/.test(plan['Node Type']) && !/^(Function|CTE|Subquery|Bitmap Index) Scan$/.test(plan['Node Type']);
  const own = isScan ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'] : 0;
  return { rows: below.reduce((sum, { rows }) => sum + rows, own), scans: [...(isScan ? [plan['Node Type']] : []), ...below.flatMap(({ scans }) => scans)] };
};

const lookedAt = async (text: string, values: readonly unknown[]) => {
  const client = await database.pool.connect();
  try {
    // Named statements get one plan for all values sooner or later: it must be as good.
    await client.query('set plan_cache_mode = force_generic_plan');
    const { rows } = await client.query({ text: `explain (analyze, format json) ${text}`, values: [...values] });
    const [{ 'QUERY PLAN': [{ Plan }] }] = answer.parse(rows);
    return looked(Plan);
  } finally {
    client.release(true);
  }
};

const limit = 51;
const statuses = ['active', 'reauthorization_required', 'disconnected'];
const position = ['2026-01-01T02:46:40Z', id(10_000)];

const shapes: readonly (readonly [string, PageShape, readonly unknown[]])[] = [
  ['all', { viewer: 'service', statuses: true, user: false, openId: false, after: false }, []],
  ['all after a cursor', { viewer: 'service', statuses: true, user: false, openId: false, after: true }, position],
  ['one user', { viewer: 'service', statuses: true, user: true, openId: false, after: false }, ['agency']],
  ['one user after a cursor', { viewer: 'service', statuses: true, user: true, openId: false, after: true }, ['agency', ...position]],
  ['an owner’s own', { viewer: 'owner', statuses: true, user: true, openId: false, after: false }, ['agency']],
  ['an owner’s own after a cursor', { viewer: 'owner', statuses: true, user: true, openId: false, after: true }, ['agency', ...position]],
];

describe('a page looks at no more rows than it can show, whatever the table holds', () => {
  test.each(shapes)('%s, by status', async (_, shape, values) => {
    for (const wanted of [statuses, ['active'], ['disconnected'], ['active', 'disconnected']]) {
      const { rows, scans } = await lookedAt(page(shape).text, [limit, wanted, ...values]);
      expect(rows).toBeLessThanOrEqual(limit * wanted.length);
      expect(scans.filter((scan) => scan === 'Seq Scan')).toEqual([]);
    }
  });

  test.each([
    ['first', { viewer: 'service', statuses: false, user: false, openId: false, after: false } as const, []],
    ['any other', { viewer: 'service', statuses: false, user: false, openId: false, after: true } as const, position],
  ])('the %s of all in every status: one range of one index', async (_, shape, values) => {
    expect(await lookedAt(page(shape).text, [limit, ...values])).toEqual({ rows: limit, scans: ['Index Scan'] });
  });

  test.each([
    ['one account', { viewer: 'service', statuses: false, user: false, openId: true, after: false } as const, ['open_4']],
    ['one account by status', { viewer: 'service', statuses: true, user: false, openId: true, after: false } as const, [statuses, 'open_4']],
    ['one account of an owner', { viewer: 'owner', statuses: true, user: true, openId: true, after: true } as const, [statuses, 'agency', 'open_4', ...position]],
  ])('%s', async (_, shape, values) => {
    expect((await lookedAt(page(shape).text, [limit, ...values])).rows).toBe(1);
  });
});

test('a connection by its id is one row of one index', async () => {
  for (const viewer of [null, 'agency']) {
    const { rows, scans } = await lookedAt(byId.text, [id(4), viewer]);
    expect(rows).toBe(1);
    expect(scans).toEqual(['Index Scan']);
  }
});
