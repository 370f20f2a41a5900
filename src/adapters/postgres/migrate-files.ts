import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** One numbered step of the schema. `hash` is over the file's bytes: an applied migration never changes. */
export type Migration = Readonly<{ number: number; name: string; hash: string; sql: string }>;

export const migrationsFolder = new URL('./migrations/', import.meta.url);

const spelling = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.sql$/;

/** The migrations of a folder in their order. Throws for a name without a number or a number given twice. */
export const readMigrations = async (folder: URL): Promise<readonly Migration[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const migrations = await Promise.all(
    names.map(async (name): Promise<Migration> => {
      const number = Number(spelling.exec(name)?.[1]);
      if (Number.isNaN(number)) throw new Error(`the migration ${name} is not named like 0001-what-it-does.sql`);
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { number, name, hash: createHash('sha256').update(sql).digest('hex'), sql };
    }),
  );
  const twice = migrations.find((migration, index) => migrations[index - 1]?.number === migration.number);
  if (twice !== undefined) throw new Error(`two migrations have the number of ${twice.name}`);
  return migrations;
};
