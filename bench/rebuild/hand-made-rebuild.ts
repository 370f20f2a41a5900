import type pg from 'pg';
import { z } from 'zod';
import { createSealer } from '../../src/adapters/crypto/aes-gcm-sealer.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { createDataKeyRecords } from '../../src/adapters/postgres/postgres-data-key-records.ts';
import type { Sealer } from '../../src/application/ports/sealer.ts';
import { profileFromText } from '../../src/application/reading/profile.ts';
import { connectionId } from '../../src/domain/values/ids.ts';
import { sealed } from '../../src/domain/values/sealed.ts';
import { benchKeyring } from '../histories/bench-keys.ts';
import { foldRow, type EventRow, type Folded, type SealedRow } from './hand-made-fold.ts';
import type { Rebuilder } from './our-rebuild.ts';

const pageSize = 2_000;

const emptyTable = `
  drop table if exists hand_made_connections;
  create table hand_made_connections (
    id uuid primary key, user_id varchar not null, tiktok_open_id varchar not null unique, tiktok_union_id varchar,
    display_name varchar not null, avatar_url text, access_token text not null, refresh_token text not null,
    token_expires_at timestamptz not null, scope text not null, created_at timestamptz, updated_at timestamptz)`;

const readPage = {
  name: 'hand_made_page',
  text: `select xid, position, stream, type, occurred_at, data from tiktok_connections.events
    where (xid, position) > ($1::xid8, $2::bigint) order by xid, position limit ${pageSize}`,
};

const remove = { name: 'hand_made_remove', text: 'delete from hand_made_connections where id = any($1::uuid[])' };

const upsert = {
  name: 'hand_made_upsert',
  text: `insert into hand_made_connections
    select * from json_to_recordset($1::json) as c (id uuid, user_id varchar, tiktok_open_id varchar, tiktok_union_id varchar,
      display_name varchar, avatar_url text, access_token text, refresh_token text, token_expires_at timestamptz, scope text,
      created_at timestamptz, updated_at timestamptz)
    on conflict (id) do update set user_id = excluded.user_id, tiktok_open_id = excluded.tiktok_open_id,
      tiktok_union_id = excluded.tiktok_union_id, display_name = excluded.display_name, avatar_url = excluded.avatar_url,
      access_token = excluded.access_token, refresh_token = excluded.refresh_token,
      token_expires_at = excluded.token_expires_at, scope = excluded.scope,
      created_at = excluded.created_at, updated_at = excluded.updated_at`,
};

const rows = z.custom<readonly EventRow[]>(Array.isArray);

type Show = (changed: readonly SealedRow[]) => Promise<readonly object[]>;

/** The same profile as the service shows, opened by the same sealer: raw or not, the table holds it in clear. */
const opening = (sealer: Sealer): Show => async (changed) => {
  const requests = changed.map((row) => ({
    context: { connectionId: connectionId(row.id), life: 1, purpose: 'profile' as const, field: 'profile' },
    sealed: sealed(row.sealed_profile),
  }));
  const opened = await sealer.openAll(requests);
  if (opened.isErr()) throw new Error(opened.error.kind);
  return changed.map(({ sealed_profile: _, ...row }, index) => {
    const text = opened.value[index];
    if (text?.isOk() !== true) throw new Error('a profile does not open');
    const { open_id, union_id, display_name, avatar_url } = profileFromText(text.value.reveal());
    return { ...row, tiktok_open_id: open_id, tiktok_union_id: union_id, display_name, avatar_url };
  });
};

/** Leaves the profile out, as if nothing were sealed and nothing had to be read. */
const withoutProfile: Show = (changed) =>
  Promise.resolve(changed.map(({ sealed_profile: _, ...row }) => ({ ...row, tiktok_open_id: row.id, display_name: '' })));

const rebuildByHand = async (pool: pg.Pool, show: Show): Promise<void> => {
  await pool.query(emptyTable);
  const folded: Folded = new Map();
  for (let after = { xid: '0', position: '0' }; ; ) {
    const page = rows.parse((await pool.query({ ...readPage, values: [after.xid, after.position] })).rows);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last;
    const touched = new Set(page.map((row) => foldRow(folded, row)));
    const changed = [...touched].flatMap((id) => folded.get(id) ?? []);
    const gone = [...touched].filter((id) => !folded.has(id));
    if (gone.length > 0) await pool.query({ ...remove, values: [gone] });
    if (changed.length > 0) await pool.query({ ...upsert, values: [JSON.stringify(await show(changed))] });
  }
};

const rebuilder = (name: string, url: string, showWith: (pool: pg.Pool) => Show): Rebuilder => {
  const pool = createPool({ url });
  return { name, run: () => rebuildByHand(pool, showWith(pool)), [Symbol.asyncDispose]: () => pool.end() };
};

/** Read, fold, upsert: the table for SQL readers as one would fill it by hand, unchecked, unordered, unsupervised. */
export const handMadeRebuild = (url: string): Rebuilder =>
  rebuilder('by hand', url, (pool) => opening(createSealer({ keyring: benchKeyring(), records: createDataKeyRecords(pool) })));

export const handMadeRebuildWithoutProfiles = (url: string): Rebuilder => rebuilder('by hand, no profiles', url, () => withoutProfile);
