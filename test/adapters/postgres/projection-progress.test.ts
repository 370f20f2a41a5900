import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createProjectionProgress } from '../../../src/adapters/postgres/postgres-projection-progress.ts';
import { createProgressBoard } from '../../../src/adapters/postgres/projector/progress-board.ts';
import { checkpoint } from '../../../src/application/ports/event-names.ts';
import { absentPool, createMigratedDatabase, type MigratedDatabase } from '../../support/projection-database.ts';

let database: MigratedDatabase;
beforeAll(async () => {
  database = await createMigratedDatabase();
});
beforeEach(async () => {
  await database.pool.query('update tiktok_connections.projections set checkpoint = null');
});
afterAll(() => database.drop());

const projections = ['connections', 'work'];
const at = (place: number) => checkpoint(`store:${String(place).padStart(4, '0')}`);
const elsewhere = (place: number, projection?: string) =>
  database.pool.query(`update tiktok_connections.projections set checkpoint = $1 where copy = 'live' and projection = coalesce($2, projection)`, [
    at(place),
    projection ?? null,
  ]);

describe('waiting for the projections', () => {
  test('ends at once when this process has driven all of them past the checkpoint', async () => {
    const board = createProgressBoard();
    projections.forEach((projection) => board.note(projection, at(7)));
    const progress = createProjectionProgress({ pool: absentPool(), board, projections });
    expect(await progress.waitFor(at(7), 0)).toBe(true);
    expect(await progress.waitFor(at(3), 0)).toBe(true);
  });

  test('is woken by the driver in this process, without the database', async () => {
    const board = createProgressBoard();
    const pool = absentPool();
    const query = vi.spyOn(pool, 'query');
    projections.forEach((projection) => board.setDriving(projection, true));
    const waiting = createProjectionProgress({ pool, board, projections }).waitFor(at(2), 5_000);
    board.note('connections', at(2));
    board.note('work', at(1));
    board.note('work', at(3));
    expect(await waiting).toBe(true);
    expect(query).not.toHaveBeenCalled();
  });

  test('ends when another replica has driven all of them past the checkpoint, not before', async () => {
    const progress = createProjectionProgress({ pool: database.pool, board: createProgressBoard(), projections });
    const waiting = progress.waitFor(at(5), 10_000);
    let done = false;
    const noted = waiting.then(() => {
      done = true;
    });
    await elsewhere(4);
    await elsewhere(5, 'connections');
    expect(await progress.waitFor(at(4), 5_000)).toBe(true);
    expect(done).toBe(false);
    await elsewhere(6);
    expect(await waiting).toBe(true);
    await noted;
  });

  test('gives up when its time is over', async () => {
    await elsewhere(1);
    expect(await createProjectionProgress({ pool: database.pool, board: createProgressBoard(), projections }).waitFor(at(2), 60)).toBe(false);
  });

  test('gives up in time, and rejects nothing, while the database is away', async () => {
    const progress = createProjectionProgress({ pool: absentPool(), board: createProgressBoard(), projections });
    expect(await progress.waitFor(at(1), 100)).toBe(false);
  });

  test('asks the table once for all who wait, and no more when nobody does', async () => {
    const pool = database.anotherPool();
    const query = vi.spyOn(pool, 'query');
    const progress = createProjectionProgress({ pool, board: createProgressBoard(), projections });
    const waiting = Array.from({ length: 100 }, () => progress.waitFor(at(1), 200));
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => false));
    await vi.waitFor(() => expect(query.mock.results.length).toBeGreaterThan(0));
    expect(query.mock.calls.length).toBeLessThanOrEqual(11);
  });
});

test('a board never goes back', () => {
  const board = createProgressBoard();
  board.note('work', at(5));
  board.note('work', at(4));
  expect(board.at('work')).toBe(at(5));
});
