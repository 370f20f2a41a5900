/**
 * Shell programs that stand between this service and what it starts, so that not even SIGKILL of the service leaves an
 * orphan. Descriptor 3 is a pipe whose other end only the service holds: a line means that there is nothing left to guard, its
 * end without a line means that the service is gone. The guard is reparented (PostgreSQL would wonder about a child it
 * did not fork) and `$$` stays the id of the shell, which becomes the guarded program.
 */
const guarded = (signalAtEnd: string): string => `
( ( trap '' HUP INT TERM; IFS= read -r _ <&3 || ${signalAtEnd} ) >/dev/null 2>&1 & )
exec "$@" 3<&-`;

/** Becomes the postmaster named by its arguments, and shuts it down (fast) when the service is gone. */
export const guardedPostmaster = (command: readonly string[]): string[] => ['sh', '-c', guarded('kill -INT $$'), 'sh', ...command];

/** Becomes a program that leads its own process group, and kills the whole group when the service is gone. */
export const guardedGroup = (command: readonly string[]): string[] => ['sh', '-c', guarded('kill -KILL -$$'), 'sh', ...command];

/** Guards a postmaster that already runs. */
export const guardOf = (pid: number): string[] => [
  'sh',
  '-c',
  `trap '' HUP INT TERM; IFS= read -r _ <&3 || kill -INT "$1"`,
  'sh',
  String(pid),
];
