import type { Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { Clock } from '../ports/clock.ts';
import type { DatabaseDiagnosis } from '../ports/database-diagnosis.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { ProjectionOperations } from '../ports/projection-operations.ts';
import type { Sealer } from '../ports/sealer.ts';
import { runChecks, worstOf, type Check, type CheckReport, type CheckStatus } from './check.ts';
import {
  checkClock,
  clusterFinding,
  migrationsFinding,
  poolerFinding,
  serverFinding,
  storeFinding,
  transactionsFinding,
  type ClusterTrouble,
  type OldestTransaction,
} from './database-checks.ts';
import { connectsFinding, tokensFinding } from './connect-checks.ts';
import { credentialsFinding, type TryCredentials } from './credential-checks.ts';
import { identityFinding, type Identity } from './identity-checks.ts';
import { checkKeys } from './key-checks.ts';
import { checkLag, parkedFinding } from './projection-checks.ts';
import { checkProvider, type Provider, type Reach } from './provider-checks.ts';
import { databaseRightsFinding, storeRightsFinding } from './rights-checks.ts';
import { settingsChecks } from './settings-checks.ts';

export type ExaminedSettings = Readonly<{
  /** One sentence each; the rest is null when there are any. */
  problems: readonly string[];
  redirectUri: string | null;
  publicUrl: string | null;
  provider: Provider | null;
  /** Null for the simulator's, which are always right. */
  credentials: TryCredentials | null;
  /** Null without an identity provider. */
  identity: Identity | null;
}>;

export interface ExaminedDatabase {
  readonly diagnosis: DatabaseDiagnosis;
  readonly migrations: Readonly<{ pending: () => PromiseLike<Result<readonly string[], Readonly<{ sentence: string }>>> }>;
  readonly eventStore: EventStore & {
    checkCluster(): PromiseLike<Result<void, ClusterTrouble>>;
    /** Null where the history stands in PostgreSQL. */
    readonly missingRights: (() => PromiseLike<Result<readonly string[], Unavailable>>) | null;
    /** Null where no transaction of the database can hold the feed back: the history stands elsewhere. */
    readonly oldestXmin: (() => PromiseLike<Result<OldestTransaction, Unavailable>>) | null;
  };
  readonly operations: Pick<ProjectionOperations, 'projections' | 'parked'>;
  readonly sealer: Sealer;
  /** Whether the key ring has a key of this id. */
  knowsKey(keyEncryptionKeyId: string): boolean;
}

export type Diagnosis = Readonly<{ status: CheckStatus; checks: readonly CheckReport[]; databaseAnswers: boolean }>;

/** What needs the database to answer. */
const databaseChecks = ({ diagnosis }: ExaminedDatabase, clock: Clock): readonly Check[] => [
  { name: 'pooler', run: async () => poolerFinding(await diagnosis.sessionsAreShared()) },
  { name: 'clock', run: () => checkClock(diagnosis, clock) },
];

const storeChecks = (eventStore: ExaminedDatabase['eventStore']): readonly Check[] => {
  const { oldestXmin, missingRights } = eventStore;
  if (oldestXmin === null) {
    return [
      { name: 'event_store', run: async () => storeFinding(await eventStore.checkCluster()) },
      ...(missingRights === null ? [] : [{ name: 'event_store_rights', run: async () => storeRightsFinding(await missingRights()) }]),
    ];
  }
  return [
    { name: 'cluster', run: async () => clusterFinding(await eventStore.checkCluster()) },
    { name: 'transactions', run: async () => transactionsFinding(await oldestXmin()) },
  ];
};

/** What needs the tables of this version. */
const schemaChecks = (database: ExaminedDatabase, clock: Clock): readonly Check[] => {
  const { diagnosis, eventStore, operations, sealer } = database;
  return [
    { name: 'rights', run: async () => databaseRightsFinding(await diagnosis.missingRights()) },
    ...storeChecks(eventStore),
    { name: 'keys', run: async () => checkKeys(await diagnosis.keysInUse(), (id) => database.knowsKey(id), sealer) },
    { name: 'projections', run: async () => checkLag(eventStore, clock, await diagnosis.checkpoints(), operations.projections) },
    { name: 'parked_streams', run: async () => parkedFinding(await operations.parked()) },
    { name: 'connects', run: async () => connectsFinding(await diagnosis.recentTroubles()) },
    { name: 'tokens', run: async () => tokensFinding(await diagnosis.recentTroubles()) },
  ];
};

/** Whom the service talks to. */
const outsideChecks = ({ provider, credentials, identity }: ExaminedSettings, reach: Reach): readonly Check[] => [
  ...(provider === null ? [] : [{ name: 'tiktok', run: () => checkProvider(provider, reach) }]),
  ...(credentials === null ? [] : [{ name: 'credentials', run: async () => credentialsFinding(await credentials()) }]),
  ...(identity === null ? [] : [{ name: 'identity_provider', run: async () => identityFinding(identity.url, await identity.keySet()) }]),
];

type ExaminedAnswers = Readonly<{ answers: boolean; checks: readonly CheckReport[] }>;

const examineDatabase = async (database: ExaminedDatabase, clock: Clock): Promise<ExaminedAnswers> => {
  const server = await database.diagnosis.server();
  const first = { name: 'database', ...serverFinding(server) };
  if (first.status === 'fail') return { answers: server.isOk(), checks: [first] };
  const migrations = { name: 'migrations', ...migrationsFinding(await database.migrations.pending()) };
  const migrated = migrations.status === 'ok';
  const general = databaseChecks(database, clock);
  const others = migrated ? [...general, ...schemaChecks(database, clock)] : general;
  return { answers: true, checks: [first, migrations, ...(await runChecks(others))] };
};

/**
 * Looks at everything that stands between the service and its work, and changes nothing. What cannot be judged because
 * something before it is broken is left out.
 * @param database null when it could not even be opened; `problem` then says why
 */
export const diagnose = async (
  settings: ExaminedSettings,
  database: ExaminedDatabase | null,
  problem: string | null,
  { clock, reach }: Readonly<{ clock: Clock; reach: Reach }>,
): Promise<Diagnosis> => {
  const checks = [...(await runChecks(settingsChecks(settings.problems, settings.redirectUri, settings.publicUrl)))];
  if (problem !== null) {
    checks.push({ name: 'database', status: 'fail', detail: problem, remedy: 'Do what the sentence says, then run this again.' });
  }
  const examined = database === null ? null : await examineDatabase(database, clock);
  if (examined !== null) checks.push(...examined.checks);
  checks.push(...(await runChecks(outsideChecks(settings, reach))));
  return { status: worstOf(checks), checks, databaseAnswers: problem === null && (examined?.answers ?? true) };
};
