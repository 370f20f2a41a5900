import pg from 'pg';
import { unavailable, type Unavailable } from '../../application/failures.ts';

const codeOf = (error: Error): string | undefined => ('code' in error && typeof error.code === 'string' ? error.code : undefined);

const driverWords = /timeout|terminated|not queryable|ended|closed/i;

/** What went wrong in words that hold no value of a row or a statement: PostgreSQL's own messages quote both. */
export const wordsOf = (error: unknown): string => {
  if (error instanceof pg.DatabaseError) {
    const about = error.constraint ?? error.column ?? error.table;
    return `PostgreSQL answered ${error.code ?? 'an error'}${about === undefined ? '' : ` about ${about}`}`;
  }
  if (!(error instanceof Error)) return 'unknown failure';
  return codeOf(error) ?? (driverWords.test(error.message) ? error.message : error.name);
};

/** Every failure of a statement leaves this adapter as this one. */
export const databaseUnavailable = (error: unknown): Unavailable => unavailable('database', wordsOf(error));

const aboutData = /^(22|23|54|P0)/;

/**
 * Whether other data would have fared better: a data exception, a broken constraint, a program limit, or a failure of
 * our own code. Everything else passes by itself or when an operator mends the database.
 */
export const isAboutData = (error: unknown): boolean => {
  if (error instanceof pg.DatabaseError) return aboutData.test(error.code ?? '');
  return error instanceof Error && codeOf(error) === undefined && !driverWords.test(error.message);
};

export const isLockTimeout = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '55P03';
