import { errAsync, ok, okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createSealer } from '../../../src/adapters/crypto/aes-gcm-sealer.ts';
import { keyringOf } from '../../../src/adapters/crypto/keyring.ts';
import { createLegacyTokens } from '../../../src/adapters/crypto/legacy-tokens.ts';
import { readLegacyCells } from '../../../src/adapters/legacy/read-cells.ts';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { importConnections, type ImportOptions, type ImportPorts } from '../../../src/application/importing/import-connections.ts';
import { unavailable } from '../../../src/application/failures.ts';
import type { LegacyCells, LegacyRows } from '../../../src/application/ports/legacy-connections.ts';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import type { StreamName } from '../../../src/application/ports/event-names.ts';
import type { EventStore } from '../../../src/application/ports/event-store.ts';
import type { SecurityEntry } from '../../../src/application/ports/security-log.ts';
import { clientKey, openId } from '../../../src/domain/values/ids.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { inMemoryDataKeys } from '../../support/in-memory-data-keys.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { legacyKey, legacyRow } from '../../support/legacy-table.ts';
import { scriptedClock } from '../execution/execution-setup.ts';

const cell = z.string().nullable();
const legacyCells = z.object({
  id: cell,
  user_id: cell,
  tiktok_open_id: cell,
  tiktok_union_id: cell,
  display_name: cell,
  avatar_url: cell,
  access_token: cell,
  refresh_token: cell,
  token_expires_at: cell,
  scope: cell,
  created_at: cell,
});

const key = clientKey('made-up-client-key');

const importer = () => {
  const written = createInMemoryEventStore();
  const records = inMemoryDataKeys();
  const entries: SecurityEntry[] = [];
  const calls = { read: 0, append: 0, appended: 0 };
  let failAfter = Number.POSITIVE_INFINITY;
  let fromTheFuture: StreamName | null = null;
  const eventStore: EventStore = {
    ...written,
    read: (...given) => {
      calls.read += 1;
      const read = written.read(...given);
      return given[0] === fromTheFuture ? read.map((events) => events.map((event) => ({ ...event, readable: false, reason: 'made up' }))) : read;
    },
    append: (...given) => {
      calls.append += 1;
      if (calls.append > failAfter) return errAsync(unavailable('event_store', 'made up'));
      return written.append(...given).andTee(() => (calls.appended += 1));
    },
  };
  const ports: ImportPorts = {
    eventStore,
    ids: systemIds,
    clock: scriptedClock(),
    sealer: createSealer({ keyring: keyringOf([null, Buffer.alloc(32, 1)]), records }),
    settings: { clientKey: key },
    securityLog: {
      record: (entry) => {
        entries.push(entry);
        return okAsync(undefined);
      },
    },
    readCells: readLegacyCells,
    tokens: createLegacyTokens(secret(legacyKey))._unsafeUnwrap(),
  };
  const options: ImportOptions = { dryRun: false, principal: 'cli', signal: new AbortController().signal, onProgress: () => undefined };
  return {
    calls,
    entries,
    records,
    run: (source: LegacyRows, changed: Partial<ImportOptions> = {}) => importConnections(ports, source, { ...options, ...changed }),
    makeUnreadable: (account: string) => void (fromTheFuture = connectionStream(systemIds.connectionId(key, openId(account)))),
    failAppendsAfter: (count: number) => void (failAfter = calls.append + count),
  };
};

const cellsOf = (account: string): LegacyCells => legacyCells.parse(legacyRow(account));

/** @param onRead is called before each row with the count of rows read so far */
const rows = (count: number, onRead: (read: number) => void = () => undefined): LegacyRows => ({
  numbers: 'row',
  async *read() {
    for (let number = 1; number <= count; number += 1) {
      onRead(number - 1);
      yield await Promise.resolve(ok({ number, cells: ok(cellsOf(`account-${number}`)) }));
    }
  },
});

describe('an import of 10,000 rows', () => {
  test('holds a dozen rows at a time, and reads and writes once for each', { timeout: 120_000 }, async () => {
    const { run, calls, records } = importer();
    let held = 0;
    const report = await run(rows(10_000, (read) => (held = Math.max(held, read - calls.appended))));
    expect(report._unsafeUnwrap()).toEqual({ rows: 10_000, imported: 10_000, skipped: 0, refused: 0, refusals: [] });
    expect(held).toBeLessThanOrEqual(12);
    expect(calls).toEqual({ read: 10_000, append: 10_000, appended: 10_000 });
    expect(records.lookUps).toBe(30_000);
  });
});

describe('an import that does not come to its end', () => {
  test('goes on where it was interrupted', async () => {
    const { run, entries } = importer();
    const stop = new AbortController();
    const stopped = await run(
      rows(100, (read) => {
        if (read === 60) stop.abort();
      }),
      { signal: stop.signal },
    );
    expect(stopped._unsafeUnwrapErr()).toMatchObject({ because: { kind: 'interrupted' }, report: { rows: 60, imported: 60 } });
    expect(entries).toMatchObject([{ kind: 'connections_imported', detail: { imported: 60, completed: false } }]);
    expect((await run(rows(100)))._unsafeUnwrap()).toMatchObject({ rows: 100, imported: 40, skipped: 60, refused: 0 });
  });

  test('goes on where the event store went away', async () => {
    const { run, failAppendsAfter } = importer();
    failAppendsAfter(30);
    const stopped = (await run(rows(100)))._unsafeUnwrapErr();
    expect(stopped).toMatchObject({ because: { kind: 'Unavailable' }, report: { imported: 30 } });
    failAppendsAfter(Number.POSITIVE_INFINITY);
    expect((await run(rows(100)))._unsafeUnwrap()).toMatchObject({ imported: 70, skipped: 30 });
  });
});

describe('an account whose keys were destroyed here', () => {
  test('is not brought back', async () => {
    const { run, records } = importer();
    const connectionId = systemIds.connectionId(key, openId('account-1'));
    (await records.fence([{ connectionId, life: 1, purpose: 'tokens' }], 'erased'))._unsafeUnwrap();
    const told = { imported: 1, refusals: [{ number: 1, reason: 'data_erased', column: null }] };
    expect((await run(rows(2), { dryRun: true }))._unsafeUnwrap()).toMatchObject(told);
    expect((await run(rows(2)))._unsafeUnwrap()).toMatchObject(told);
  });
});

describe('an account whose history newer code has written', () => {
  test('is refused, for nobody here can say what it holds', async () => {
    const { run, makeUnreadable } = importer();
    (await run(rows(2)))._unsafeUnwrap();
    makeUnreadable('account-2');
    for (const dryRun of [true, false]) {
      expect((await run(rows(2), { dryRun }))._unsafeUnwrap()).toMatchObject({ skipped: 1, refusals: [{ number: 2, reason: 'history_unreadable' }] });
    }
  });
});
