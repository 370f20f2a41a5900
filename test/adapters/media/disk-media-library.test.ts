import { createHash, randomBytes } from 'node:crypto';
import { appendFile, chmod, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diskFailure } from '../../../src/adapters/media/disk-failure.ts';
import { createDiskMediaLibrary, type DiskMediaSettings } from '../../../src/adapters/media/disk-media-library.ts';
import { createMediaRecords } from '../../../src/adapters/postgres/media/postgres-media-records.ts';
import type { Media, MediaLibrary, UserMedia } from '../../../src/application/ports/media-library.ts';
import { userId } from '../../../src/domain/values/ids.ts';
import { instant, millisOf } from '../../../src/domain/values/instant.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';
import { madeUpVideo } from '../../support/made-up-videos.ts';
import { mountsWork, smallDisk } from '../embedded-postgres/small-disk.ts';
import { folderOfTest } from './media-folders.ts';

type World = Readonly<{ library: MediaLibrary & UserMedia; path: string; files: () => Promise<readonly string[]> }>;

const mebibyte = 2 ** 20;
const hour = 3_600_000;
const picture = { owner: null, contentType: 'image/jpeg', bytes: null } as const;

async function* pieces(...given: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  for (const piece of given) yield await Promise.resolve(piece);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Copied: a piece holds until the next is asked for. */
const bytesOf = async (body: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(Uint8Array.from(part));
  return Buffer.concat(parts);
};

describe('the media library', () => {
  let database: MigratedDatabase;

  const world = async (settings: Partial<DiskMediaSettings> = {}, pool = database.pool): Promise<World> => {
    const path = settings.path ?? (await folderOfTest());
    const library = createDiskMediaLibrary({ maxBytes: 8 * mebibyte, keptMillis: hour, ...settings, path }, createMediaRecords(pool));
    return { library, path, files: () => readdir(path) };
  };
  const keep = async ({ library }: World, bytes: Uint8Array): Promise<Media> => (await library.store(picture, pieces(bytes)))._unsafeUnwrap();

  beforeAll(async () => {
    database = await createMigratedDatabase();
  });

  afterAll(() => database.drop());

  describe('storing', () => {
    it('keeps the bytes under their hash, for as long as it is set to', async () => {
      const { library, path, files } = await world();
      const bytes = randomBytes(3 * mebibyte + 17);
      const media = (await library.store({ ...picture, owner: userId('ada'), bytes: bytes.byteLength }, pieces(bytes.subarray(0, 5), bytes.subarray(5))))._unsafeUnwrap();
      expect(media).toMatchObject({ owner: 'ada', bytes: bytes.byteLength, contentType: 'image/jpeg', sha256: sha256(bytes), video: null });
      expect(Math.abs(millisOf(media.expiresAt) - Date.now() - hour)).toBeLessThan(60_000);
      expect(await files()).toEqual([media.id]);
      expect((await stat(join(path, media.id))).mode & 0o777).toBe(0o600);
      expect((await library.find(media.id))._unsafeUnwrap()).toEqual(media);
    });

    it('names the type of a fetched video after what it is', async () => {
      const { library } = await world();
      const video = await madeUpVideo({ container: 'webm', codec: 'vp9' });
      const fetched = await library.store({ ...picture, contentType: 'application/octet-stream' }, pieces(video));
      expect(fetched._unsafeUnwrap()).toMatchObject({ contentType: 'video/webm', video: { codec: 'vp9', width: 720, bytes: video.byteLength } });
      const said = await library.store({ ...picture, contentType: 'video/mp4' }, pieces(video));
      expect(said._unsafeUnwrap()).toMatchObject({ contentType: 'video/mp4', video: { container: 'webm' } });
    });

    it('holds two blocks of a mebibyte at most, whatever its size: one being filled and one being written', async () => {
      const { library, path } = await world();
      const piece = randomBytes(64 * 1_024);
      const held: number[] = [];
      async function* watched(): AsyncGenerator<Uint8Array, void, void> {
        for (let given = 0; given < 64; given += 1) {
          const names = await readdir(path);
          const onDisk = names[0] === undefined ? 0 : (await stat(join(path, names[0]))).size;
          held.push(given * piece.byteLength - onDisk);
          yield piece;
        }
      }
      expect((await library.store(picture, watched())).isOk()).toBe(true);
      expect(held).toHaveLength(64);
      expect(Math.max(...held)).toBeLessThanOrEqual(2 * mebibyte);
    });

    it('refuses more than the limit, declared or not, and leaves nothing behind', async () => {
      const small = await world({ maxBytes: 100 });
      let asked = false;
      async function* untouched(): AsyncGenerator<Uint8Array, void, void> {
        asked = true;
        yield await Promise.resolve(Buffer.alloc(101));
      }
      expect((await small.library.store({ ...picture, bytes: 101 }, untouched()))._unsafeUnwrapErr()).toEqual({ kind: 'MediaTooLarge', limit: 100 });
      expect(asked).toBe(false);
      expect((await small.library.store(picture, pieces(Buffer.alloc(60), Buffer.alloc(41))))._unsafeUnwrapErr()).toEqual({ kind: 'MediaTooLarge', limit: 100 });
      expect((await small.library.store(picture, pieces(Buffer.alloc(100)))).isOk()).toBe(true);
      expect(await small.files()).toHaveLength(1);
    });

    it('refuses fewer or more bytes than were declared, and none at all', async () => {
      const { library, files } = await world();
      for (const received of [9, 11]) {
        expect((await library.store({ ...picture, bytes: 10 }, pieces(Buffer.alloc(received))))._unsafeUnwrapErr()).toEqual({ kind: 'MediaIncomplete', declared: 10, received });
      }
      expect((await library.store(picture, pieces()))._unsafeUnwrapErr()).toMatchObject({ kind: 'MediaUnreadable' });
      expect(await files()).toEqual([]);
    });

    it('keeps nothing of a sender who breaks off', async () => {
      const { library, files } = await world();
      async function* broken(): AsyncGenerator<Uint8Array, void, void> {
        yield Buffer.alloc(70_000);
        await Promise.reject(Object.assign(new Error('a secret address'), { code: 'ECONNRESET' }));
      }
      expect((await library.store(picture, broken()))._unsafeUnwrapErr()).toEqual({ kind: 'MediaUnreadable', reason: 'the sender broke off (ECONNRESET)' });
      expect(await files()).toEqual([]);
    });

    it('keeps nothing where the record cannot be written', async () => {
      const { library, files } = await world({}, absentPool());
      expect((await library.store(picture, pieces(Buffer.alloc(10))))._unsafeUnwrapErr()).toMatchObject({ kind: 'Unavailable', part: 'database' });
      expect(await files()).toEqual([]);
    });

    it('asks for no byte of a file that the disk has no room for', async () => {
      const { library, files } = await world({ maxBytes: Number.MAX_SAFE_INTEGER });
      let asked = false;
      async function* untouched(): AsyncGenerator<Uint8Array, void, void> {
        asked = true;
        yield await Promise.resolve(Buffer.alloc(1));
      }
      expect((await library.store({ ...picture, bytes: 2 ** 52 }, untouched()))._unsafeUnwrapErr()).toEqual({ kind: 'StorageFull' });
      expect(asked).toBe(false);
      expect(await files()).toEqual([]);
    });

    if (mountsWork()) {
      it('keeps nothing of a file that fills the disk, and has room for the next', async () => {
        const { library, files } = await world({ path: String(await smallDisk(1)) });
        async function* tooMuch(): AsyncGenerator<Uint8Array, void, void> {
          for (let piece = 0; piece < 40; piece += 1) yield await Promise.resolve(randomBytes(50_000));
        }
        expect((await library.store(picture, tooMuch()))._unsafeUnwrapErr()).toEqual({ kind: 'StorageFull' });
        expect(await files()).toEqual([]);
        expect((await library.store(picture, pieces(randomBytes(500_000)))).isOk()).toBe(true);
      });
    }

    it.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('takes %s for a full disk', (code) => {
      expect(diskFailure(Object.assign(new Error('no room'), { code }))).toEqual({ kind: 'StorageFull' });
    });

    it('says that the storage does not answer where the folder cannot be used', async () => {
      const path = join(await folderOfTest(), 'file');
      await writeFile(path, '');
      const { library } = await world({ path: join(path, 'below') });
      expect((await library.store(picture, pieces(Buffer.alloc(10))))._unsafeUnwrapErr()).toEqual({ kind: 'Unavailable', part: 'media_storage', reason: 'ENOTDIR' });
    });
  });

  describe('opening', () => {
    it('reads ranges, both ends inclusive', async () => {
      const there = await world();
      const bytes = randomBytes(mebibyte + 3);
      const reader = (await there.library.open((await keep(there, bytes)).id))._unsafeUnwrap();
      expect(await bytesOf(reader.read(0, bytes.byteLength - 1))).toEqual(bytes);
      expect(await bytesOf(reader.read(300_000, 700_001))).toEqual(bytes.subarray(300_000, 700_002));
      expect(await bytesOf(reader.read(7, 7))).toEqual(bytes.subarray(7, 8));
    });

    it('refuses a file of another size, and one of the same size with other bytes', async () => {
      const there = await world();
      const grown = await keep(there, Buffer.alloc(100));
      await appendFile(join(there.path, grown.id), 'x');
      expect((await there.library.open(grown.id))._unsafeUnwrapErr()).toEqual({ kind: 'MediaGone', reason: 'changed' });

      const altered = await keep(there, Buffer.alloc(100));
      const file = join(there.path, altered.id);
      const { atime, mtime } = await stat(file);
      await writeFile(file, Buffer.alloc(100, 1));
      await utimes(file, atime, mtime);
      expect((await there.library.open(altered.id))._unsafeUnwrapErr()).toEqual({ kind: 'MediaGone', reason: 'changed' });
    });

    it('believes a file that was touched and is what it was, and then knows it again', async () => {
      const there = await world();
      const { id } = await keep(there, Buffer.alloc(100, 5));
      const path = join(there.path, id);
      await utimes(path, 1, 1);
      await chmod(path, 0o640);
      expect((await there.library.open(id)).isOk()).toBe(true);
      const { rows } = await database.pool.query('select stamp from tiktok_connections.media where id = $1', [id]);
      expect(rows).toEqual([{ stamp: String((await stat(path, { bigint: true })).ctimeNs) }]);
    });

    it('fails while it reads a file that is being changed', async () => {
      const there = await world();
      const { id } = await keep(there, Buffer.alloc(mebibyte));
      const reader = (await there.library.open(id))._unsafeUnwrap();
      await writeFile(join(there.path, id), Buffer.alloc(mebibyte, 1));
      await expect(bytesOf(reader.read(0, mebibyte - 1))).rejects.toThrow('no longer what was uploaded');
      await writeFile(join(there.path, id), Buffer.alloc(10));
      await expect(bytesOf(reader.read(0, mebibyte - 1))).rejects.toThrow('shorter');
      expect((await there.library.open(id))._unsafeUnwrapErr()).toEqual({ kind: 'MediaGone', reason: 'changed' });
    });

    it('says that a file is unknown or expired', async () => {
      const there = await world({ keptMillis: 0 });
      const expired = await keep(there, Buffer.alloc(10));
      expect((await there.library.open(expired.id))._unsafeUnwrapErr()).toEqual({ kind: 'MediaGone', reason: 'expired' });
      expect((await there.library.find(expired.id))._unsafeUnwrap()).toBeNull();
      const lasting = await world();
      const { id } = await keep(lasting, Buffer.alloc(10));
      await rm(join(lasting.path, id));
      expect((await lasting.library.open(id))._unsafeUnwrapErr()).toEqual({ kind: 'MediaGone', reason: 'unknown' });
      expect((await lasting.library.remove(id)).isOk()).toBe(true);
      expect((await lasting.library.open(id))._unsafeUnwrapErr()).toEqual({ kind: 'MediaGone', reason: 'unknown' });
    });
  });

  it('keeps a file as long as a publication needs it, and never shorter than it said', async () => {
    const there = await world();
    const { id, expiresAt } = await keep(there, Buffer.alloc(10));
    const longer = instant(Date.now() + 72 * hour);
    expect((await there.library.keepUntil(id, longer)).isOk()).toBe(true);
    expect((await there.library.keepUntil(id, instant(Date.now()))).isOk()).toBe(true);
    expect((await there.library.find(id))._unsafeUnwrap()?.expiresAt).toBe(longer);
    expect(longer > expiresAt).toBe(true);
  });

  it('removes a file once, and again without complaint', async () => {
    const there = await world();
    const { id } = await keep(there, Buffer.alloc(10));
    for (const time of ['first', 'again']) expect((await there.library.remove(id)).isOk(), time).toBe(true);
    expect(await there.files()).toEqual([]);
  });

  it("removes all of a user's files and nobody else's", async () => {
    const { library, files } = await world();
    for (const owner of ['ada', 'ada', 'bob']) {
      expect((await library.store({ ...picture, owner: userId(owner) }, pieces(Buffer.alloc(10)))).isOk()).toBe(true);
    }
    expect((await library.removeOf(userId('ada'))).isOk()).toBe(true);
    expect(await files()).toHaveLength(1);
  });
});
