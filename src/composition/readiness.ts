import type { Readiness, ReadinessPart } from '../adapters/http/readiness.ts';
import { keyEncryptionKeysInUse } from '../adapters/postgres/key-encryption-keys-in-use.ts';
import { pendingMigrations } from '../adapters/postgres/migrate.ts';
import type { Container } from './parts.ts';

/** A feed further behind than this is worth a look; reads still serve what is projected. */
const lagLimitMillis = 30_000;

const fine = (detail: string | null = null): ReadinessPart => ({ status: 'ok', detail });
const worthALook = (detail: string): ReadinessPart => ({ status: 'degraded', detail });
const useless = (detail: string): ReadinessPart => ({ status: 'unavailable', detail });

const databasePart = async (container: Container): Promise<ReadinessPart> => {
  const answered = await container.get('pool').query('select 1').then(
    () => true,
    () => false,
  );
  return answered ? fine() : useless('PostgreSQL does not answer.');
};

const eventStorePart = async (container: Container): Promise<ReadinessPart> => {
  const store = container.get('eventStore');
  const checked = await store.checkCluster();
  if (checked.isErr()) return useless(checked.error.kind === 'Unavailable' ? 'The event store does not answer.' : checked.error.sentence);
  return fine(store.listening() ? null : 'Events of other replicas are found by polling.');
};

const migrationsPart = async (container: Container): Promise<ReadinessPart> => {
  const pending = await pendingMigrations(container.get('pool'));
  if (pending.isErr()) return useless(pending.error.sentence);
  return pending.value.length === 0 ? fine() : useless(`${pending.value.length} migrations are to be run: run \`migrate\`.`);
};

const keysPart = async (container: Container): Promise<ReadinessPart> => {
  const inUse = await keyEncryptionKeysInUse(container.get('pool'));
  if (inUse.isErr()) return useless('Which keys are in use cannot be read.');
  const keyring = container.get('keyring');
  const missing = inUse.value.filter((id) => keyring.find(id) === undefined);
  if (missing.length === 0) return fine();
  return useless(`TIKTOK_TOKEN_ENCRYPTION_KEY lacks the keys ${missing.join(', ')}, which seal what is stored: add them behind the first.`);
};

const feedPart = (container: Container): ReadinessPart => {
  const troubles = container.get('projectors').health().flatMap(({ projection, lagMillis, lastError, alarms }) => [
    ...(lagMillis !== null && lagMillis > lagLimitMillis ? [`${projection} is ${Math.round(lagMillis / 1_000)} s behind`] : []),
    ...(lastError === null ? [] : [`${projection}: ${lastError}`]),
    ...alarms,
  ]);
  return troubles.length === 0 ? fine() : worthALook(troubles.join('; '));
};

const providerPart = (container: Container): ReadinessPart => {
  const closed = container.get('tokenPorts').gate.closed();
  if (closed?.because === 'configuration') {
    return worthALook(`TikTok refuses our client key or secret (${closed.tiktok?.code ?? 'no code'}): no tokens are refreshed until TIKTOK_CLIENT_SECRET is right.`);
  }
  if (closed !== null) return worthALook('TikTok does not answer as it should: refreshing waits and tries from time to time.');
  const { simulatorUrl } = container.get('tiktokSide');
  return fine(simulatorUrl === null ? null : `The simulator at ${simulatorUrl} stands in for TikTok.`);
};

const loadPart = (container: Container): ReadinessPart =>
  container.get('shedding').recently() ? worthALook('There was more to do than this replica can, and some requests were turned away.') : fine();

const worst = (parts: readonly ReadinessPart[]): ReadinessPart['status'] => {
  const statuses = parts.map(({ status }) => status);
  if (statuses.includes('unavailable')) return 'unavailable';
  return statuses.includes('degraded') ? 'degraded' : 'ok';
};

/** Asks every part that this replica stands on. */
export const readinessOf = async (container: Container): Promise<Readiness> => {
  const [database, eventStore, migrations, keys] = await Promise.all([
    databasePart(container),
    eventStorePart(container),
    migrationsPart(container),
    keysPart(container),
  ]);
  const parts = { database, event_store: eventStore, migrations, keys, feed: feedPart(container), provider: providerPart(container), load: loadPart(container) };
  return { status: worst(Object.values(parts)), parts };
};
