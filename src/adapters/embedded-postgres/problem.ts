export type ProblemKind =
  | 'DataDirectoryBusy'
  | 'DiskFull'
  | 'OtherVersion'
  | 'MountPoint'
  | 'NotOurs'
  | 'NoBinaries'
  | 'NotPermitted'
  | 'PasswordMissing'
  | 'PortTaken'
  | 'DidNotStart';

/** Why there is no embedded PostgreSQL. `sentence` names the cause and what a person can do about it. */
export type EmbeddedPostgresProblem = Readonly<{ kind: ProblemKind; sentence: string }>;

const elsewhere = 'or set DATABASE_URL to a PostgreSQL server of your own';

export const problem = (kind: ProblemKind, cause: string, remedy: string): EmbeddedPostgresProblem => ({
  kind,
  sentence: `${cause} ${remedy}, ${elsewhere}.`,
});

const noRoom = /No space left on device|Disk quota exceeded|File too large|ENOSPC|EDQUOT|EFBIG/;
const notAllowed = /Permission denied|Operation not permitted|Read-only file system|EACCES|EPERM|EROFS/;

/** Reads the cause out of what a program wrote (in English, `LC_ALL=C`) or a system call's error message. */
export const problemFromText = (text: string, doing: string, directory: string): EmbeddedPostgresProblem => {
  if (noRoom.test(text)) {
    return problem(
      'DiskFull',
      `The disk that holds ${directory} is full: PostgreSQL could not ${doing}.`,
      'Free some space (100 MB at least) and start again; nothing that was committed is lost',
    );
  }
  const said = lastLines(text);
  if (notAllowed.test(text)) {
    return problem(
      'NotPermitted',
      `PostgreSQL could not ${doing}: ${said}`,
      `Give the user that runs this service the right to write to ${directory}, choose another data directory`,
    );
  }
  return problem(
    'DidNotStart',
    `PostgreSQL could not ${doing}: ${said}`,
    `Read the log beside ${directory}, mend what it names and start again`,
  );
};

const lastLines = (text: string): string => {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0 ? 'it gave no reason.' : lines.slice(-4).join(' | ');
};

export const problemFromError = (error: unknown, doing: string, directory: string): EmbeddedPostgresProblem =>
  problemFromText(error instanceof Error ? error.message : String(error), doing, directory);
