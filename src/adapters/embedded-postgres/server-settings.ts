/** The name of the setting that carries a launch's token; PostgreSQL accepts any dotted name. */
export const tokenSetting = 'tiktok_connections.launch';

/**
 * A small instance that loses nothing: durability stays at PostgreSQL's safe defaults. Statements and the values in
 * them are kept out of its log.
 */
const defaults: Readonly<Record<string, string>> = {
  fsync: 'on',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  password_encryption: 'scram-sha-256',
  logging_collector: 'off',
  log_destination: 'stderr',
  log_checkpoints: 'off',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

export type Listening = Readonly<{ port: number; socketDirectory: string; token: string }>;

/** @param extra wins over the defaults, but not over where the server listens and who may reach it */
export const serverArguments = (directory: string, listening: Listening, extra: Readonly<Record<string, string>>): string[] => {
  const settings: Record<string, string> = {
    ...defaults,
    ...extra,
    listen_addresses: '127.0.0.1',
    port: String(listening.port),
    unix_socket_directories: listening.socketDirectory,
    unix_socket_permissions: '0700',
    [tokenSetting]: listening.token,
  };
  return ['-D', directory, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
};
