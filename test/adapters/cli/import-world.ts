import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csvOf, legacyKey, type LegacyFixture } from '../../support/legacy-table.ts';
import { opening, run, type Ran } from './command-line.ts';
import { openInstallation, type Installation } from './installation.ts';

export type Row = Readonly<Record<string, unknown>>;

/** An installation, and a folder with the key of the old table and files of rows. */
export interface ImportWorld {
  readonly installation: Installation;
  readonly keyFile: string;
  write(text: string): Promise<string>;
  importing(source: string, ...argv: readonly string[]): Promise<Ran>;
  importingRows(rows: readonly LegacyFixture[], ...argv: readonly string[]): Promise<Ran>;
  /** The row of the account that SQL readers see. */
  stored(account: string): Promise<Row | undefined>;
  /** How many events there are. */
  events(): Promise<number>;
  close(): Promise<void>;
}

export const openImportWorld = async (): Promise<ImportWorld> => {
  const installation = await openInstallation();
  const folder = await mkdtemp(join(tmpdir(), 'import-'));
  const keyFile = join(folder, 'old.key');
  await writeFile(keyFile, `${legacyKey}\n`);
  let files = 0;
  const write: ImportWorld['write'] = async (text) => {
    const path = join(folder, `rows-${(files += 1)}.csv`);
    await writeFile(path, text);
    return path;
  };
  const importing: ImportWorld['importing'] = (source, ...argv) =>
    run(opening(installation.toolbox), 'import', source, '--legacy-key-file', keyFile, ...argv);
  return {
    installation,
    keyFile,
    write,
    importing,
    importingRows: async (rows, ...argv) => importing(await write(csvOf(rows)), ...argv),
    stored: async (account) => {
      await installation.project();
      const { rows } = await installation.pool.query<Row>('select * from user_tiktok_connections where tiktok_open_id = $1', [account]);
      return rows[0];
    },
    events: async () => {
      const { rows } = await installation.pool.query<{ count: number }>('select count(*)::int as count from tiktok_connections.events');
      return rows[0]?.count ?? 0;
    },
    close: async () => {
      await installation.close();
      await rm(folder, { recursive: true });
    },
  };
};
