import { readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { ownAccount, type Account } from './account.ts';

/** How a service that runs as root may run PostgreSQL; by default whichever works, in this order. */
export type RootWay = 'namespace' | 'other-user';

type Ids = Readonly<{ uid: number; gid: number }>;

/** Root's data goes to whoever owns it already, or the folder it is made in; what root owns stays root's where namespaces work. */
export const accountsToTry = async (dataDir: string, way?: RootWay): Promise<readonly Account[]> => {
  const own = ownAccount();
  const named = await namedUsers();
  const nobody = named.find(({ name }) => name === 'nobody') ?? named.find(({ uid }) => uid !== 0) ?? overflow;
  const namespace: Account = { ...own, way: 'namespace', inside: { uid: nobody.uid, gid: nobody.gid } };
  if (own.uid !== 0) return hasName() ? [own] : [namespace, own];
  const owner = await ownerOf(dataDir, (uid) => named.some((user) => user.uid === uid));
  const otherUser = (ids: Ids): Account => ({ way: 'other-user', uid: ids.uid, gid: ids.gid });
  const candidates = [...(owner === undefined ? [] : [otherUser(owner)]), namespace, otherUser(nobody)];
  return candidates.filter((account) => way === undefined || account.way === way);
};

/** The kernel's stand-in for users that a namespace doesn't know; nearly every system names it nobody. */
const overflow = { name: undefined, uid: 65_534, gid: 65_534 };

/** initdb insists that the user it runs as has a name. */
const hasName = (): boolean => {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
};

const namedUsers = async (): Promise<ReadonlyArray<Ids & { name: string | undefined }>> => {
  const file = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return file.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return uid === undefined || gid === undefined ? [] : [{ name, uid: Number(uid), gid: Number(gid) }];
  });
};

const ownerOf = async (dataDir: string, isNamed: (uid: number) => boolean): Promise<Ids | undefined> => {
  const data = await stat(dataDir).catch(() => undefined);
  const { uid, gid } = data ?? (await stat(dirname(dataDir)));
  return uid !== 0 && (data !== undefined || isNamed(uid)) ? { uid, gid } : undefined;
};
