import pg from 'pg';
import { vi } from 'vitest';
import { z } from 'zod';

const named = z.object({ name: z.string() });

export interface SentStatements extends Disposable {
  /** Names of the statements that this process has sent to PostgreSQL since, in their order; of these alone. */
  readonly of: (names: readonly string[]) => readonly string[];
  readonly forget: () => void;
}

/** Looks at every connection of this process; what is sent is not changed. */
export const watchStatements = (): SentStatements => {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  return {
    of: (names) =>
      query.mock.calls.flatMap(([statement]: readonly unknown[]) => {
        const read = named.safeParse(statement);
        return read.success && names.includes(read.data.name) ? [read.data.name] : [];
      }),
    forget: () => void query.mockClear(),
    [Symbol.dispose]: () => query.mockRestore(),
  };
};
