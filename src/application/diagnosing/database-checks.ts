import type { Result } from 'neverthrow';
import { millisOf, plusMillis, type Instant } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';
import type { Clock } from '../ports/clock.ts';
import type { DatabaseDiagnosis, ServerFacts } from '../ports/database-diagnosis.ts';
import { failure, fine, noAnswer, warning, type Finding } from './check.ts';

const oldestMajor = 15;
const newestMajor = 18;

export const serverFinding = (server: Result<ServerFacts, Unavailable>): Finding => {
  if (server.isErr()) {
    return failure(
      `PostgreSQL does not answer (${server.error.reason}).`,
      'Check that it runs and that DATABASE_URL names its host, port, database, user and password; ' +
        'without DATABASE_URL, that DATA_DIR can be written.',
    );
  }
  const major = Math.floor(server.value.version / 10_000);
  const version = `PostgreSQL ${major}.${server.value.version % 10_000} answers.`;
  if (major < oldestMajor) return failure(version, `Upgrade it: versions ${oldestMajor} to ${newestMajor} are supported.`);
  if (major > newestMajor) return warning(version, `Versions ${oldestMajor} to ${newestMajor} have been tried; this one has not.`);
  return fine(version);
};

export const migrationsFinding = (pending: Result<readonly string[], Readonly<{ sentence: string }>>): Finding => {
  if (pending.isErr()) return failure(pending.error.sentence, 'Do what the sentence says, then run `migrate`.');
  if (pending.value.length === 0) return fine('The schema is that of this version.');
  return failure(`The database lacks ${pending.value.join(', ')}.`, 'Run `migrate`, or start the service, which migrates by itself.');
};

export type ClusterTrouble = Unavailable | Readonly<{ kind: 'RestoredIntoAnotherCluster'; sentence: string }>;

export const clusterFinding = (cluster: Result<void, ClusterTrouble>): Finding => {
  if (cluster.isOk()) return fine('The history stands in the PostgreSQL cluster that it was written in.');
  if (cluster.error.kind === 'Unavailable') return noAnswer(cluster.error);
  return failure(cluster.error.sentence, 'Run `migrate --adopt-cluster` once, with every replica stopped.');
};

/** Of a history that stands outside of PostgreSQL. */
export const storeFinding = (store: Result<void, ClusterTrouble>): Finding => {
  if (store.isOk()) return fine('The event store answers.');
  return failure(
    store.error.kind === 'Unavailable' ? `The event store cannot be used: ${store.error.reason}.` : store.error.sentence,
    'Check EVENT_STORE_URL, its user and tlsCAFile, and that a node of the cluster leads.',
  );
};

export const poolerFinding = (shared: Result<boolean, Unavailable>): Finding => {
  if (shared.isErr()) return noAnswer(shared.error);
  if (!shared.value) return fine('Each connection has a session of its own.');
  return failure(
    'Statements of one connection reach different sessions: a pooler in transaction mode stands between.',
    'Point DATABASE_URL at PostgreSQL itself, or switch the pooler to session mode: advisory locks and LISTEN break otherwise.',
  );
};

const tolerableMillis = 1_000;
/** A refresh's deadline of 30 s is judged by the database's clock. */
const harmfulMillis = 10_000;

/** @param asked our clock before and after the question, between which the server looked at its own */
export const clockFinding = (server: Instant, asked: Readonly<{ before: Instant; after: Instant }>): Finding => {
  const roundTrip = millisOf(asked.after) - millisOf(asked.before);
  const offset = millisOf(server) - millisOf(plusMillis(asked.before, roundTrip / 2));
  const apart = Math.max(0, Math.abs(offset) - roundTrip / 2);
  const detail = `The database's clock is ${(apart / 1_000).toFixed(1)} s ${offset > 0 ? 'ahead of' : 'behind'} ours.`;
  const remedy = 'Set both machines by NTP.';
  if (apart <= tolerableMillis) return fine('The clocks of this machine and the database agree.');
  return apart <= harmfulMillis ? warning(detail, remedy) : failure(detail, remedy);
};

export const checkClock = async (diagnosis: DatabaseDiagnosis, clock: Clock): Promise<Finding> => {
  const before = clock.now();
  const server = await diagnosis.server();
  return server.isErr() ? noAnswer(server.error) : clockFinding(server.value.now, { before, after: clock.now() });
};

export type OldestTransaction = Readonly<{ seconds: number | null; heldSeconds: number }>;

const tolerableHoldSeconds = 5;

/** What an old transaction, of whatever database in the cluster, holds back. */
export const transactionsFinding = (oldest: Result<OldestTransaction, Unavailable>): Finding => {
  if (oldest.isErr()) return noAnswer(oldest.error);
  const { seconds, heldSeconds } = oldest.value;
  const age = seconds === null ? 'of another role' : `that has run for ${Math.round(seconds)} s`;
  const remedy =
    'Find it: select pid, datname, usename, xact_start, query from pg_stat_activity where backend_xid is not null ' +
    'order by xact_start; end it, and set idle_in_transaction_session_timeout.';
  if (heldSeconds > tolerableHoldSeconds) {
    return warning(`A transaction ${age} has kept events from being delivered for ${Math.round(heldSeconds)} s.`, remedy);
  }
  if (seconds !== null && seconds > 10 * tolerableHoldSeconds) {
    return warning(`A transaction ${age} writes in this cluster; nothing waits for it yet.`, remedy);
  }
  return fine('No transaction holds events back.');
};
