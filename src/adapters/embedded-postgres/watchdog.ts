/**
 * Shell programs that stand between this service and what it starts, so that not even SIGKILL of the service leaves an
 * orphan. Descriptor 3 is a pipe whose other end only the service holds: a line means that there is nothing left to guard,
 * its end without a line means that the service is gone. Descriptor 4 is the directory's lock, which the guard shares.
 */
const await3 = `trap '' HUP INT TERM; IFS= read -r _ <&3`;

/**
 * The guard is forked twice, so that PostgreSQL never sees a child that it did not fork, and `$$` stays the id of the
 * shell, which becomes the guarded program.
 */
const guarded = (signalAtEnd: string): string => `
( ( ${await3} || ${signalAtEnd} ) >/dev/null 2>&1 & )
exec "$@" 3<&- 4<&-`;

/** Becomes the postmaster named by its arguments, and shuts it down (fast) when the service is gone. */
export const guardedPostmaster = (command: readonly string[]): string[] => ['sh', '-c', guarded('kill -INT $$'), 'sh', ...command];

/** Becomes a program that leads its own process group, and kills the whole group when the service is gone. */
export const guardedGroup = (command: readonly string[]): string[] => ['sh', '-c', guarded('kill -KILL -$$'), 'sh', ...command];

/** Guards a postmaster that already runs. */
export const guardOf = (pid: number): string[] => ['sh', '-c', `${await3} || kill -INT "$1"`, 'sh', String(pid)];
