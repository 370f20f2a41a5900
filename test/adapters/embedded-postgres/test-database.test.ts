import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../support/test-postgres.ts';

const currentDatabase = async (url: string): Promise<unknown> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
  await client.end();
  return rows[0]?.name;
};

describe('a test database', () => {
  it('is fresh, its own, and gone once it is dropped', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    expect(await currentDatabase(one.url)).not.toBe(await currentDatabase(two.url));
    await Promise.all([one.drop(), two.drop()]);
    await expect(currentDatabase(one.url)).rejects.toThrow('does not exist');
  });
});
