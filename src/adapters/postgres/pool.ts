import pg from 'pg';

export interface PoolLog {
  warn(details: Readonly<Record<string, string>>, message: string): void;
}

export type PoolOptions = Readonly<{
  url: string;
  /** Connections at most. */
  max?: number;
  applicationName?: string;
  log?: PoolLog;
}>;

/** Limits on everything we ask of PostgreSQL. The server's comes before ours, so that ours means a lost answer. */
export const connectionLimits = {
  connectionTimeoutMillis: 3_000,
  statement_timeout: 5_000,
  query_timeout: 6_000,
  idle_in_transaction_session_timeout: 10_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} as const;

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name);

/**
 * A pool of connections with limits on connecting, on statements and on idle transactions. Opens nothing until used,
 * and outlives its server: lost connections are dropped and logged, the next query connects anew.
 * `bigint` columns come back as text, so no digit is lost.
 */
export const createPool = ({ url, max = 10, applicationName = 'tiktok-connections', log }: PoolOptions): pg.Pool => {
  const pool = new pg.Pool({ ...connectionLimits, connectionString: url, max, application_name: applicationName });
  const lost = (error: Error): void => log?.warn({ code: codeOf(error) }, 'a connection to PostgreSQL was lost');
  pool.on('error', lost);
  // A connection that dies between two queries of a client in use is reported by the client alone.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};
