import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDiskMediaLibrary } from '../../../src/adapters/media/disk-media-library.ts';
import { sweepMedia } from '../../../src/adapters/media/sweep-media.ts';
import { createMediaRecords } from '../../../src/adapters/postgres/media/postgres-media-records.ts';
import type { Media } from '../../../src/application/ports/media-library.ts';
import { instant } from '../../../src/domain/values/instant.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';
import { folderOfTest } from './media-folders.ts';

const hour = 3_600_000;

async function* bytes(): AsyncGenerator<Uint8Array, void, void> {
  yield await Promise.resolve(Buffer.alloc(10));
}

describe('the sweep of media', () => {
  let database: MigratedDatabase;
  let path: string;

  const records = () => createMediaRecords(database.pool);
  const keep = async (keptMillis: number): Promise<Media> =>
    (await createDiskMediaLibrary({ path, maxBytes: 100, keptMillis }, records()).store({ owner: null, contentType: 'image/jpeg', bytes: null }, bytes()))._unsafeUnwrap();
  const sweep = (laterMillis = 0) => sweepMedia({ records: records(), path, nowMillis: () => Date.now() + laterMillis }, new AbortController().signal);
  const files = async () => (await readdir(path)).sort();
  const rows = async () => (await database.pool.query<{ id: string }>('select id from tiktok_connections.media order by id')).rows.map(({ id }) => id);

  beforeAll(async () => {
    database = await createMigratedDatabase();
  });

  afterAll(() => database.drop());

  beforeEach(async () => {
    path = await folderOfTest();
    await database.pool.query('truncate tiktok_connections.media');
  });

  it('takes what has expired, file and row, and leaves the rest', async () => {
    const [, kept] = [await keep(0), await keep(hour)];
    expect((await sweep()).isOk()).toBe(true);
    expect(await files()).toEqual([kept.id]);
    expect(await rows()).toEqual([kept.id]);
  });

  it('leaves what a publication still needs', async () => {
    const needed = await keep(hour);
    expect((await records().keepUntil(needed.id, instant(Date.now() + 2 * hour))).isOk()).toBe(true);
    await database.pool.query("update tiktok_connections.media set expires_at = expires_at - interval '61 minutes'");
    expect((await sweep()).isOk()).toBe(true);
    expect(await rows()).toEqual([needed.id]);
    await database.pool.query("update tiktok_connections.media set expires_at = expires_at - interval '60 minutes'");
    expect((await sweep()).isOk()).toBe(true);
    expect(await files()).toEqual([]);
  });

  it('takes more than one batch of what has expired', async () => {
    await database.pool.query(
      `insert into tiktok_connections.media (id, bytes, content_type, sha256, stamp, expires_at)
       select gen_random_uuid(), 1, 'image/jpeg', repeat('0', 64), '0', now() from generate_series(1, 1100)`,
    );
    expect((await sweep()).isOk()).toBe(true);
    expect(await rows()).toEqual([]);
  });

  it('takes files that nothing is known of once they are an hour old, unfinished ones too, and nothing that is not ours', async () => {
    const kept = await keep(2 * hour);
    const [orphan, unfinished] = [randomUUID(), `${randomUUID()}.part`];
    for (const name of [orphan, unfinished, 'notes.txt']) await writeFile(join(path, name), 'x');
    expect((await sweep()).isOk()).toBe(true);
    expect(await files()).toEqual([kept.id, orphan, unfinished, 'notes.txt'].sort());
    expect((await sweep(hour + 60_000)).isOk()).toBe(true);
    expect(await files()).toEqual([kept.id, 'notes.txt'].sort());
  });

  it('leaves an unfinished file that is still being written to', async () => {
    const name = `${randomUUID()}.part`;
    await writeFile(join(path, name), 'x');
    await utimes(join(path, name), new Date(), new Date(Date.now() + hour));
    expect((await sweep(hour + 60_000)).isOk()).toBe(true);
    expect(await files()).toEqual([name]);
  });

  it('takes rows whose file is not there', async () => {
    const [lost, kept] = [await keep(hour), await keep(hour)];
    await rm(join(path, lost.id));
    expect((await sweep()).isOk()).toBe(true);
    expect(await rows()).toEqual([kept.id]);
  });

  it('leaves all rows where the disk may be missing', async () => {
    const kept = await keep(hour);
    await rm(path, { recursive: true });
    expect((await sweep()).isOk()).toBe(true);
    expect(await rows()).toEqual([kept.id]);
  });

  it('changes nothing while the database is away', async () => {
    const orphan = randomUUID();
    await writeFile(join(path, orphan), 'x');
    const swept = await sweepMedia({ records: createMediaRecords(absentPool()), path, nowMillis: () => Date.now() + 2 * hour }, new AbortController().signal);
    expect(swept._unsafeUnwrapErr()).toMatchObject({ kind: 'Unavailable', part: 'database' });
    expect(await files()).toEqual([orphan]);
  });
});
