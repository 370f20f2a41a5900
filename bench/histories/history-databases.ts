import { createBenchDatabase, type BenchDatabase } from '../harness/bench-database.ts';
import { writeHistories } from './write-histories.ts';

/** Databases that begin with a history. Each size is written once per run and copied from then on. */
export interface HistoryDatabases extends AsyncDisposable {
  open(events: number): Promise<BenchDatabase>;
}

export const historyDatabases = (serverUrl: string, say: (line: string) => void): HistoryDatabases => {
  const templates = new Map<number, BenchDatabase>();
  const templateOf = async (events: number): Promise<BenchDatabase> => {
    const known = templates.get(events);
    if (known !== undefined) return known;
    say(`  writing a history of ${events} events`);
    const template = await createBenchDatabase(serverUrl);
    await writeHistories(template.pool, events);
    await template.prepare('vacuum (freeze, analyze)');
    // PostgreSQL copies only what nobody is connected to.
    await template.pool.end();
    templates.set(events, template);
    return template;
  };
  return {
    open: async (events) => createBenchDatabase(serverUrl, (await templateOf(events)).name),
    [Symbol.asyncDispose]: async () => {
      for (const template of templates.values()) await template[Symbol.asyncDispose]();
    },
  };
};
