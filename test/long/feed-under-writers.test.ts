import { fork, type ChildProcess } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pauseFor } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { createPool } from '../../src/adapters/postgres/pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-postgres.ts';
import { readKept } from './kept-feed.ts';

const eventCount = process.env['LONG'] === 'short' ? 20_000 : 200_000;
const processes = 4;
const writersOfProcess = 8;

let database: TestDatabase;
let pool: pg.Pool;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, max: 4 });
  expect((await migrate(pool)).isOk()).toBe(true);
  folder = await mkdtemp(join(tmpdir(), 'feed-'));
});

afterAll(async () => {
  await pool.end();
  await database.drop();
  await rm(folder, { recursive: true });
});

const program = (name: string, args: readonly (string | number)[]): ChildProcess =>
  fork(join(import.meta.dirname, name), args.map(String), { stdio: 'inherit' });

const ended = async (child: ChildProcess): Promise<number | null> => {
  const [code] = z.tuple([z.number().nullable()]).rest(z.unknown()).parse(await once(child, 'exit'));
  return code;
};

type Reader = Readonly<{ name: string; file: string; kills: () => number; stop: () => Promise<void> }>;

/** A reader that lives between `lifeMillis[0]` and `lifeMillis[1]`, is killed, and begun again. */
const mortalReader = (name: string, batchSize: number, prefixes: string, lifeMillis: readonly [number, number]): Reader => {
  const file = join(folder, `${name}.ndjson`);
  const stopping = new AbortController();
  let kills = 0;
  const live = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const child = program('feed-reader.ts', [database.url, file, batchSize, prefixes]);
      const exit = ended(child);
      await Promise.race([pauseFor(randomInt(...lifeMillis), undefined, { signal: stopping.signal }).catch(() => undefined), exit]);
      expect(child.exitCode).toBeNull();
      child.kill('SIGKILL');
      kills += 1;
      await exit;
    }
  };
  const living = live();
  return {
    name,
    file,
    kills: () => kills,
    stop: async () => {
      stopping.abort();
      await living;
    },
  };
};

const facts = z.array(z.object({ fact: z.string() }));

/** Every committed event, in the total order. */
const committed = async (prefix: string): Promise<readonly string[]> => {
  const { rows } = await pool.query(
    `select id || ' ' || stream || ' ' || revision as fact from tiktok_connections.events where stream ^@ $1 order by xid, position`,
    [prefix],
  );
  return facts.parse(rows).map(({ fact }) => fact);
};

/** The first place where a stream's events are not 1, 2, 3, … */
const firstDisorder = (events: readonly string[]): string | null => {
  const revisions = new Map<string, number>();
  for (const event of events) {
    const [, stream = '', revision = ''] = event.split(' ');
    if (Number(revision) !== (revisions.get(stream) ?? 0) + 1) return event;
    revisions.set(stream, Number(revision));
  }
  return null;
};

test(`${processes * writersOfProcess} writers, ${eventCount} events: every feed gives each committed event once, in stream order, also across kills`, async () => {
  const half = '01234567'.split('').map((digit) => `tiktok_connection-${digit}`);
  const readers = [
    mortalReader('undisturbed', 500, '', [3_000_000, 3_000_001]),
    mortalReader('killed', 500, '', [700, 2_500]),
    mortalReader('killed-small-batches', 7, '', [700, 2_500]),
    mortalReader('killed-half-of-the-streams', 100, half.join(), [700, 2_500]),
  ];
  const hot = Array.from({ length: 3 }, () => randomUUID()).join();
  const share = eventCount / processes / writersOfProcess;
  const writing = Array.from({ length: processes }, () => program('feed-writers.ts', [database.url, writersOfProcess, share, hot]));
  try {
    expect(await Promise.all(writing.map(ended))).toEqual(writing.map(() => 0));
    const all = await committed('');
    const ofHalf = all.filter((event) => half.some((prefix) => event.includes(` ${prefix}`)));
    expect(all).toHaveLength(eventCount);
    expect(firstDisorder(all)).toBeNull();
    for (const reader of readers) {
      const expected = reader.name.includes('half') ? ofHalf : all;
      await expect.poll(() => readKept(reader.file).events.length, { timeout: 300_000, interval: 500 }).toBeGreaterThanOrEqual(expected.length);
      await reader.stop();
      const { events } = readKept(reader.file);
      expect(new Set(events).size, reader.name).toBe(events.length);
      expect(firstDisorder(events), reader.name).toBeNull();
      expect(events.join('\n') === expected.join('\n'), `${reader.name} has all of it in the total order`).toBe(true);
      if (reader.name.startsWith('killed')) expect(reader.kills(), reader.name).toBeGreaterThan(2);
    }
  } finally {
    for (const child of writing) child.kill('SIGKILL');
    await Promise.all(readers.map((reader) => reader.stop()));
  }
});
