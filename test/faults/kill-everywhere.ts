import { expect } from 'vitest';
import { abandon, createGate, haltsOf, type Halt } from '../support/gate.ts';
import type { MigratedDatabase } from '../support/projection-database.ts';
import { endDriversBackends } from '../support/projection-replica.ts';
import { openGatedPool, type GatedPool } from './gated-pool.ts';

/**
 * Runs it once whole, then kills it before and after each of its statements.
 * @param afterwards what must hold then
 * @param sides before a statement only, where what happens between two is known to be nothing
 */
export const killEverywhere = async (
  database: MigratedDatabase,
  prepare: () => Promise<void>,
  run: (gated: GatedPool) => PromiseLike<unknown>,
  afterwards: () => Promise<void>,
  sides: readonly Halt['side'][] = ['before', 'after'],
): Promise<void> => {
  const statements = createGate();
  await prepare();
  const whole = openGatedPool(database.url, statements);
  await run(whole);
  await whole.end();
  const halts = haltsOf(statements).filter(({ side }) => sides.includes(side));
  expect(halts.length).toBeGreaterThan(1);
  for (const halt of halts) {
    await prepare();
    const gate = createGate(halt, statements.seen);
    const gated = openGatedPool(database.url, gate);
    abandon(run(gated));
    await gate.reached;
    gated.dropConnections();
    // The lock of a rebuild has a connection of its own.
    await endDriversBackends(database.pool);
    await afterwards();
  }
};
