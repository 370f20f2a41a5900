import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSealer } from '../../src/adapters/crypto/aes-gcm-sealer.ts';
import { keyringOf } from '../../src/adapters/crypto/keyring.ts';
import { createDataKeyRecords } from '../../src/adapters/postgres/postgres-data-key-records.ts';
import { connectionId } from '../../src/domain/values/ids.ts';
import { secret } from '../../src/domain/values/secret.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../support/projection-database.ts';
import { killLeftovers, runCommand, spawnService, startService, temporaryDirectory } from '../support/service-process.ts';

const [oldKey, newKey, otherKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2), Buffer.alloc(32, 3)];
const entry = (id: string, key: Buffer): string => `${id}:${key.toString('hex')}`;

let database: MigratedDatabase;
let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  database = await createMigratedDatabase();
  folder = await temporaryDirectory();
  const sealer = createSealer({ keyring: keyringOf(['old', oldKey]), records: createDataKeyRecords(database.pool) });
  for (const purpose of ['tokens', 'profile'] as const) {
    (await sealer.seal({ connectionId: connectionId(randomUUID()), life: 1, purpose, field: 'field' }, secret('made-up')))._unsafeUnwrap();
  }
});
afterAll(async () => {
  await killLeftovers();
  await database.drop();
  await folder.remove();
});

const environment = (...entries: readonly string[]) => ({
  DATABASE_URL: database.url,
  DATA_DIR: folder.path,
  LOG_LEVEL: 'silent',
  TIKTOK_TOKEN_ENCRYPTION_KEY: entries.join(','),
});

const endOf = async (...entries: readonly string[]) => {
  const spawned = await spawnService(environment(...entries));
  return { ...(await spawned.ended), errors: spawned.errors().trim(), output: spawned.output() };
};

describe('a start', () => {
  it('is refused by a key ring that lacks a key in use, and says which and what to do', async () => {
    expect(await endOf(entry('new', newKey))).toEqual({
      code: 3,
      signal: null,
      output: '',
      errors:
        'TIKTOK_TOKEN_ENCRYPTION_KEY lacks the key old, which wraps 2 data keys: put it back behind the first (id:key,id:key) and run `encryption rotate` before you drop it.',
    });
  });

  it('is refused when a key has other bytes under its id', async () => {
    const { code, errors } = await endOf(entry('new', newKey), entry('old', otherKey));
    expect(code).toBe(3);
    expect(errors).toContain('The key old in TIKTOK_TOKEN_ENCRYPTION_KEY is not the one that wraps 2 data keys');
    expect(errors).not.toContain(otherKey.toString('hex'));
  });

  it('goes well with both keys, while rotation runs beside it, and then without the old one', async () => {
    const id = randomUUID();
    await database.pool.query(`insert into tiktok_connections.data_keys values ($1, 1, 'tokens', 'restored', 'gone-long-ago', 'w1.restored')`, [id]);
    await database.pool.query(`insert into tiktok_connections.data_key_fences values ($1, 1, 'tokens', 'erased')`, [id]);
    const service = await startService(environment(entry('new', newKey), entry('old', oldKey)));
    const { rows } = await database.pool.query('select 1 from tiktok_connections.data_keys where connection_id = $1', [id]);
    expect(rows).toEqual([]);
    const rotated = await runCommand(environment(entry('new', newKey), entry('old', oldKey)), ['encryption', 'rotate', '--json']);
    expect(JSON.parse(rotated.output)).toMatchObject({ sealing_key: 'new', remaining: 0, damaged: [] });
    expect(await service.stop()).toBe(0);
    const alone = await startService(environment(entry('new', newKey)));
    expect(await alone.stop()).toBe(0);
  });
});
