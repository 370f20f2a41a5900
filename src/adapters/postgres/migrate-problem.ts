import pg from 'pg';

/** Why the schema is not what this version needs. `sentence` names the cause and what a person can do about it. */
export type MigrationProblem = Readonly<{
  kind: 'MigrationChanged' | 'MigrationOutOfOrder' | 'MigrationFailed' | 'DatabaseUnavailable';
  /** The migration's file name; null when the database did not answer. */
  migration: string | null;
  sentence: string;
}>;

export const changed = (name: string): MigrationProblem => ({
  kind: 'MigrationChanged',
  migration: name,
  sentence: `The migration ${name} was applied to this database and has been changed since. Restore the file as it was and put the change into a new migration.`,
});

export const outOfOrder = (name: string, behind: string): MigrationProblem => ({
  kind: 'MigrationOutOfOrder',
  migration: name,
  sentence: `The migration ${name} is not applied, but the later ${behind} is. Give ${name} a number after ${behind}.`,
});

const said = (error: unknown): string => {
  if (error instanceof pg.DatabaseError) return [error.message, error.hint].filter((part) => part !== undefined).join('. ');
  return error instanceof Error ? error.message : 'unknown failure';
};

export const failed = (name: string, error: unknown): MigrationProblem => ({
  kind: 'MigrationFailed',
  migration: name,
  sentence: `The migration ${name} failed and changed nothing: ${said(error)}.`,
});

export const databaseUnavailable = (error: unknown): MigrationProblem => ({
  kind: 'DatabaseUnavailable',
  migration: null,
  sentence: `The database did not answer or refused: ${said(error)}.`,
});
