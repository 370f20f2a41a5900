import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSealer } from '../../src/adapters/crypto/aes-gcm-sealer.ts';
import { keyringOf, type Keyring } from '../../src/adapters/crypto/keyring.ts';
import { createKeyEncryption } from '../../src/adapters/crypto/keyring-key-encryption.ts';
import { createDataKeyRecords } from '../../src/adapters/postgres/postgres-data-key-records.ts';
import { createSecurityLog } from '../../src/adapters/postgres/postgres-security-log.ts';
import { createWrappedKeys } from '../../src/adapters/postgres/postgres-wrapped-keys.ts';
import { checkKeyRing } from '../../src/application/keys/check-key-ring.ts';
import { keyRingUse, mayBeDropped } from '../../src/application/keys/key-ring-use.ts';
import { rotateKeys, type RotationOptions, type RotationPorts } from '../../src/application/keys/rotate-keys.ts';
import type { OpenRequest } from '../../src/application/ports/sealer.ts';
import { connectionId } from '../../src/domain/values/ids.ts';
import { purposes } from '../../src/domain/values/sealed.ts';
import { secret } from '../../src/domain/values/secret.ts';
import { abandon, createGate, haltsOf } from '../support/gate.ts';
import { createMigratedDatabase, type MigratedDatabase } from '../support/projection-database.ts';
import { openGatedPool } from './gated-pool.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
afterAll(() => database.drop());

const [oldKey, newKey, otherKey] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2), Buffer.alloc(32, 3)];
const before = keyringOf([null, oldKey]);
const during = keyringOf(['new', newKey], ['old', oldKey]);
const after = keyringOf(['new', newKey]);

const sealerWith = (keyring: Keyring) => createSealer({ keyring, records: createDataKeyRecords(database.pool) });
const portsWith = (keyring: Keyring, pool: pg.Pool = database.pool): RotationPorts => ({
  keyEncryption: createKeyEncryption(keyring),
  wrappedKeys: createWrappedKeys(pool),
  securityLog: createSecurityLog(pool),
});
const options = (changes: Partial<RotationOptions> = {}): RotationOptions => ({
  principal: 'cli',
  signal: new AbortController().signal,
  progress: () => undefined,
  batchSize: 2,
  ...changes,
});

/** Values of two lives, one under each purpose, sealed with the keys of this ring. */
const sealSome = async (keyring: Keyring, lives = 2): Promise<readonly OpenRequest[]> => {
  const id = connectionId(randomUUID());
  const requests: OpenRequest[] = [];
  for (let life = 1; life <= lives; life += 1) {
    for (const purpose of purposes) {
      const context = { connectionId: id, life, purpose, field: 'field' };
      requests.push({ context, sealed: (await sealerWith(keyring).seal(context, secret(`plain of ${id} ${life} ${purpose}`)))._unsafeUnwrap() });
    }
  }
  return requests;
};

const expectOpens = async (keyring: Keyring, requests: readonly OpenRequest[]): Promise<void> => {
  const opened = (await sealerWith(keyring).openAll(requests))._unsafeUnwrap();
  expect(opened.map((each) => each._unsafeUnwrap().reveal())).toEqual(
    requests.map(({ context }) => `plain of ${context.connectionId} ${context.life} ${context.purpose}`),
  );
};

const emptied = () => database.pool.query('delete from tiktok_connections.data_keys');

describe('a rotation of the key-encryption key', () => {
  it('wraps every data key anew, after which the old key may be dropped and everything still opens', async () => {
    await emptied();
    const values = await sealSome(before);
    expect((await keyRingUse(portsWith(during)))._unsafeUnwrap().map((use) => ({ ...use, may: mayBeDropped(use) }))).toEqual([
      { id: 'new', seals: true, inRing: true, dataKeys: 0, may: false },
      { id: 'old', seals: false, inRing: true, dataKeys: 6, may: false },
    ]);
    const seen: unknown[] = [];
    const rotated = (await rotateKeys(portsWith(during), options({ progress: (...step) => seen.push(step) })))._unsafeUnwrap();
    expect(rotated).toEqual({ sealingKey: 'new', rewrapped: 6, damaged: [], remaining: 0 });
    expect(seen).toEqual([[2, 6], [4, 6], [6, 6]]);
    expect((await keyRingUse(portsWith(during)))._unsafeUnwrap().map(mayBeDropped)).toEqual([false, true]);
    expect((await checkKeyRing(portsWith(after))).isOk()).toBe(true);
    await expectOpens(after, values);
    const { rows } = await database.pool.query("select kind, principal, detail from tiktok_connections.security_log where kind like 'key_rotation%' order by id desc limit 2");
    expect(rows).toEqual([
      { kind: 'key_rotation_finished', principal: 'cli', detail: { sealing_key: 'new', rewrapped: 6, remaining: 0 } },
      { kind: 'key_rotation_started', principal: 'cli', detail: { sealing_key: 'new', data_keys: 6 } },
    ]);
    expect((await rotateKeys(portsWith(after), options()))._unsafeUnwrap()).toMatchObject({ rewrapped: 0, remaining: 0 });
  });

  it('killed before or after any of its statements leaves everything open, and the next run ends it', { timeout: 60_000 }, async () => {
    const statements = createGate();
    await emptied();
    await sealSome(before);
    const whole = openGatedPool(database.url, statements);
    expect((await rotateKeys(portsWith(during, whole.pool), options())).isOk()).toBe(true);
    await whole.end();
    expect(haltsOf(statements).length).toBeGreaterThan(12);
    for (const halt of haltsOf(statements)) {
      await emptied();
      const values = await sealSome(before);
      const gate = createGate(halt, statements.seen);
      const { pool, dropConnections } = openGatedPool(database.url, gate);
      abandon(rotateKeys(portsWith(during, pool), options()));
      await gate.reached;
      dropConnections();
      await expectOpens(during, values);
      expect((await rotateKeys(portsWith(during), options()))._unsafeUnwrap()).toMatchObject({ damaged: [], remaining: 0 });
      await expectOpens(after, values);
    }
  });

  it('may run twice at once, beside replicas that seal with the old key and lives whose keys are destroyed', async () => {
    await emptied();
    const values = await sealSome(before, 30);
    const ended = values.filter(({ context }) => context.life % 3 === 0);
    const kept = values.filter((value) => !ended.includes(value));
    const records = createDataKeyRecords(database.anotherPool());
    const [, , , late] = await Promise.all([
      rotateKeys(portsWith(during), options({ batchSize: 7 })),
      rotateKeys(portsWith(during, database.anotherPool()), options({ batchSize: 5 })),
      Promise.all(ended.map(({ context: { connectionId: id, life, purpose } }) => records.fence([{ connectionId: id, life, purpose }], 'erased'))),
      sealSome(before, 5),
    ]);
    expect((await rotateKeys(portsWith(during), options({ batchSize: 50 })))._unsafeUnwrap()).toMatchObject({ damaged: [], remaining: 0 });
    await expectOpens(after, [...kept, ...late]);
    const gone = (await sealerWith(during).openAll(ended))._unsafeUnwrap();
    expect(new Set(gone.map((each) => each._unsafeUnwrapErr().kind))).toEqual(new Set(['Erased']));
  });

  it('can be interrupted between two batches and says how much is left', async () => {
    await emptied();
    const values = await sealSome(before);
    const interrupting = new AbortController();
    const stopped = await rotateKeys(portsWith(during), options({ signal: interrupting.signal, progress: () => interrupting.abort() }));
    expect(stopped._unsafeUnwrapErr()).toEqual({ kind: 'RotationInterrupted', rewrapped: 2, remaining: 4 });
    await expectOpens(during, values);
  });

  it('passes over what does not unwrap and names it', async () => {
    await emptied();
    const [first, ...others] = await sealSome(before);
    if (first === undefined) throw new Error('nothing sealed');
    const { connectionId: id, life, purpose } = first.context;
    await database.pool.query("update tiktok_connections.data_keys set wrapped = 'w1.altered' where connection_id = $1 and life = $2 and purpose = $3", [id, life, purpose]);
    expect((await rotateKeys(portsWith(during), options()))._unsafeUnwrap()).toEqual({
      sealingKey: 'new',
      rewrapped: 5,
      damaged: [{ connectionId: id, life, purpose }],
      remaining: 1,
    });
    await expectOpens(after, others);
  });

  it('and a start are refused by a ring that lacks a key in use, or has other bytes under its id', async () => {
    await emptied();
    await sealSome(keyringOf(['old', oldKey]));
    const lacking = { kind: 'KeyRingLacks', keys: [{ id: 'old', dataKeys: 6 }] };
    expect((await rotateKeys(portsWith(after), options()))._unsafeUnwrapErr()).toEqual(lacking);
    expect((await checkKeyRing(portsWith(after)))._unsafeUnwrapErr()).toEqual(lacking);
    expect((await checkKeyRing(portsWith(keyringOf(['new', newKey], ['old', otherKey]))))._unsafeUnwrapErr()).toEqual({ kind: 'KeyRingDiffers', id: 'old', dataKeys: 6 });
    expect((await checkKeyRing(portsWith(during))).isOk()).toBe(true);
  });
});
