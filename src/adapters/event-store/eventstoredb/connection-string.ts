import { err, ok, type Result } from 'neverthrow';

export type StoreCredentials = Readonly<{ username: string; password: string }>;

export type StoreAddress = Readonly<{
  /** As the client takes it. */
  connectionString: string;
  credentials: StoreCredentials | null;
  /** What the names of the store's streams begin with before ours begin; empty, or with a dash at its end. */
  namespace: string;
}>;

/** Options that we pass on, in the client's spelling. Node preference, deadlines and failures are the adapter's business. */
const passedOn = ['tls', 'tlsCAFile', 'connectionName', 'maxDiscoverAttempts', 'discoveryInterval', 'gossipTimeout', 'keepAliveInterval', 'keepAliveTimeout'];
/** An option of ours, which the client is not shown. */
const streamPrefix = 'streamPrefix';
const known = new Map([...passedOn, streamPrefix].map((name) => [name.toLowerCase(), name]));

const spelling = /^esdb(\+discover)?:\/\/(?:([^:@/?]+):([^@/?]*)@)?([A-Za-z0-9._-]+(?::\d{1,5})?(?:,[A-Za-z0-9._-]+(?::\d{1,5})?)*)\/?(?:\?(.*))?$/;

const decoded = (text: string): Result<string, string> => {
  try {
    return ok(decodeURIComponent(text));
  } catch {
    return err('holds a % that begins no escape.');
  }
};

const credentialsOf = (username: string | undefined, password: string | undefined): Result<StoreCredentials | null, string> => {
  if (username === undefined || password === undefined) return ok(null);
  return decoded(username).andThen((name) => decoded(password).map((word) => ({ username: name, password: word })));
};

const isValue = (name: string, value: string): boolean => {
  if (name === 'tls') return value === 'true' || value === 'false';
  // No dash and no underscore: so no installation's names begin with those of another, or as those without a prefix do.
  if (name === streamPrefix) return /^[A-Za-z0-9]{1,64}$/.test(value);
  return name === 'tlsCAFile' || name === 'connectionName' ? value !== '' : /^\d+$/.test(value);
};

/**
 * Reads an `esdb://` address before the client does, which ignores what it does not know and prints the password with it.
 * @returns on error the end of a sentence that begins with the setting's name and quotes nothing
 */
export const parseStoreAddress = (text: string): Result<StoreAddress, string> => {
  const matched = spelling.exec(text);
  if (matched === null) return err('must be an EventStoreDB address, e.g. esdb://user:password@node1:2113,node2:2113,node3:2113.');
  const [, discover, username, password, hosts = '', query = ''] = matched;
  // The client would ask the first one only.
  if (discover !== undefined && hosts.includes(',')) return err('must name one DNS name behind esdb+discover://, which stands for all nodes; esdb:// names each.');
  const options = new Map<string, string>();
  const parts = query === '' ? [] : query.split('&');
  const shown: string[] = [];
  for (const part of parts) {
    const [key = '', value = ''] = part.split('=');
    const name = known.get(key.replaceAll(/[_-]/g, '').toLowerCase());
    if (name === undefined) return err(`has an option that is not one of ${[...known.values()].join(', ')}.`);
    if (!isValue(name, value)) return err(`gives the option ${name} a value that it cannot have.`);
    options.set(name, value);
    if (name !== streamPrefix) shown.push(part);
  }
  return credentialsOf(username, password).andThen((credentials) => {
    if (credentials === null && options.get('tls') !== 'false') {
      return err('must carry user:password of an administrator (only they may read the whole log), or say tls=false for a server that runs insecurely.');
    }
    const [place = ''] = text.split('?');
    const prefix = options.get(streamPrefix);
    return ok({
      connectionString: shown.length === 0 ? place : `${place}?${shown.join('&')}`,
      credentials,
      namespace: prefix === undefined ? '' : `${prefix}-`,
    });
  });
};
