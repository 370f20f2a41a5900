/**
 * As whom PostgreSQL runs; it refuses uid 0. `namespace`: this very user outside, an ordinary one with a name inside a user namespace,
 * so that it reaches what this user owns. `other-user`: another user of this machine, which may not be able to traverse
 * the directories above the data, so its working directory is opened for it beforehand.
 */
export type Account = Readonly<
  | { way: 'self'; uid: number; gid: number }
  | { way: 'namespace'; uid: number; gid: number; inside: Readonly<{ uid: number; gid: number }> }
  | { way: 'other-user'; uid: number; gid: number }
>;

export const ownAccount = (): Account => ({ way: 'self', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });

export const commandOf = (account: Account, command: readonly string[]): readonly string[] =>
  account.way === 'namespace'
    ? ['unshare', '--user', `--map-user=${account.inside.uid}`, `--map-group=${account.inside.gid}`, '--', ...command]
    : command;

export const identityOf = (account: Account): Readonly<{ uid?: number; gid?: number }> =>
  account.way === 'other-user' ? { uid: account.uid, gid: account.gid } : {};

/** How a program whose working directory is `directory` names it: without a path where it can't walk there (Linux). */
export const directoryName = (account: Account, directory: string): string =>
  account.way === 'other-user' && process.platform === 'linux' ? '/proc/self/cwd' : directory;
