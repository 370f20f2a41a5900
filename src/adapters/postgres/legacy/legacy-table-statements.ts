/** The table by its name as SQL reads it; no row when there is none. */
export const findTable = `
  select c.oid::regclass::text as name,
    exists (select from pg_constraint k where k.conrelid = c.oid and k.conname = 'user_tiktok_connections_of_connections') as ours,
    array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_class c where c.oid = to_regclass($1)`;

// One spelling of every moment. Between two fetches the transaction waits for rows to be written elsewhere.
export const beginReading = `
  set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set idle_in_transaction_session_timeout = '15min';
  begin transaction isolation level repeatable read, read only`;

export const rowsAtOnce = 500;
export const fetchRows = `fetch forward ${rowsAtOnce} from legacy_rows`;

/** @param table quoted as SQL wants it @param columns names of ours, each null where the table lacks it */
export const declareRows = (table: string, columns: readonly string[], present: readonly string[]): string => {
  const selected = columns.map((column) => (present.includes(column) ? `${column}::text` : `null::text as ${column}`));
  return `declare legacy_rows no scroll cursor for select ${selected.join(', ')} from ${table}`;
};
