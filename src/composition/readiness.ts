import { checkCluster } from '../adapters/event-store/postgres/cluster.ts';
import type { Readiness, ReadinessPart } from '../adapters/http/readiness.ts';
import { keyEncryptionKeysInUse } from '../adapters/postgres/key-encryption-keys-in-use.ts';
import { pendingMigrations } from '../adapters/postgres/migrate.ts';
import type { Container, Ground } from './parts.ts';

/** A feed further behind than this is worth a look; reads still serve what is projected. */
const lagLimitMillis = 30_000;

const fine = (detail: string | null = null): ReadinessPart => ({ status: 'ok', detail });
const worthALook = (detail: string): ReadinessPart => ({ status: 'degraded', detail });
const useless = (detail: string): ReadinessPart => ({ status: 'unavailable', detail });

const databasePart = async (ground: Ground): Promise<ReadinessPart> => {
  const answered = await ground.get('pool').query('select 1').then(
    () => true,
    () => false,
  );
  return answered ? fine() : useless('PostgreSQL does not answer.');
};

const eventStorePart = async (ground: Ground, whole: Container | null): Promise<ReadinessPart> => {
  const store = whole?.get('eventStore');
  const checked = await (store === undefined ? checkCluster(ground.get('pool')) : store.checkCluster());
  if (checked.isErr()) return useless(checked.error.kind === 'Unavailable' ? 'The event store does not answer.' : checked.error.sentence);
  return fine(store === undefined || store.listening() ? null : 'Events of other replicas are found by polling.');
};

const migrationsPart = async (ground: Ground): Promise<ReadinessPart> => {
  const pending = await pendingMigrations(ground.get('pool'));
  if (pending.isErr()) return useless(pending.error.sentence);
  return pending.value.length === 0 ? fine() : useless(`${pending.value.length} migrations are to be run: run \`migrate\`.`);
};

const keysPart = async (ground: Ground): Promise<ReadinessPart> => {
  const inUse = await keyEncryptionKeysInUse(ground.get('pool'));
  if (inUse.isErr()) return useless('Which keys are in use cannot be read.');
  const keyring = ground.get('keyring');
  const missing = inUse.value.filter((id) => keyring.find(id) === undefined);
  if (missing.length === 0) return fine();
  return useless(`TIKTOK_TOKEN_ENCRYPTION_KEY lacks the keys ${missing.join(', ')}, which seal what is stored: add them behind the first.`);
};

const feedPart = (whole: Container | null): ReadinessPart => {
  const troubles = (whole?.get('projectors').health() ?? []).flatMap(({ projection, lagMillis, lastError, alarms }) => [
    ...(lagMillis !== null && lagMillis > lagLimitMillis ? [`${projection} is ${Math.round(lagMillis / 1_000)} s behind`] : []),
    ...(lastError === null ? [] : [`${projection}: ${lastError}`]),
    ...alarms,
  ]);
  return troubles.length === 0 ? fine() : worthALook(troubles.join('; '));
};

const providerPart = (ground: Ground, whole: Container | null): ReadinessPart => {
  const closed = whole?.get('tokenPorts').gate.closed() ?? null;
  if (closed?.because === 'configuration') {
    return worthALook(`TikTok refuses our client key or secret (${closed.tiktok?.code ?? 'no code'}): no tokens are refreshed until TIKTOK_CLIENT_SECRET is right.`);
  }
  if (closed !== null) return worthALook('TikTok does not answer as it should: refreshing waits and tries from time to time.');
  const { simulatorUrl } = ground.get('tiktokSide');
  return fine(simulatorUrl === null ? null : `The simulator at ${simulatorUrl} stands in for TikTok.`);
};

const loadPart = (ground: Ground): ReadinessPart =>
  ground.get('shedding').recently() ? worthALook('There was more to do than this replica can, and some requests were turned away.') : fine();

const worst = (parts: readonly ReadinessPart[]): ReadinessPart['status'] => {
  const statuses = parts.map(({ status }) => status);
  if (statuses.includes('unavailable')) return 'unavailable';
  return statuses.includes('degraded') ? 'degraded' : 'ok';
};

/** Asked one after the other over one connection, unless the database is away: then each says so by itself, within one limit. */
const storedParts = async (ground: Ground, whole: Container | null) => {
  const database = await databasePart(ground);
  const questions = [() => eventStorePart(ground, whole), () => migrationsPart(ground), () => keysPart(ground)] as const;
  if (database.status !== 'ok') {
    const [event_store, migrations, keys] = await Promise.all([questions[0](), questions[1](), questions[2]()]);
    return { database, event_store, migrations, keys };
  }
  return { database, event_store: await questions[0](), migrations: await questions[1](), keys: await questions[2]() };
};

/**
 * Asks every part that this replica stands on.
 * @param whole null until everything is loaded; before that nothing runs that could be behind, and what a request needs is
 * loaded for it
 */
export const readinessOf = async (ground: Ground, whole: Container | null): Promise<Readiness> => {
  const parts = { ...(await storedParts(ground, whole)), feed: feedPart(whole), provider: providerPart(ground, whole), load: loadPart(ground) };
  return { status: worst(Object.values(parts)), parts };
};
