import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { connectionStreams } from '../../../application/execution/streams.ts';
import type { Unavailable } from '../../../application/failures.ts';
import { noProfile } from '../../../application/reading/profile.ts';
import type { ClientKey } from '../../../domain/values/ids.ts';
import { nothing } from '../database.ts';
import type { Poison, PoisonEvent, ProjectionTransaction, Projector } from '../projector/projector.ts';
import { connectionColumns, connectionRow, profileOf, rowOf, type ConnectionRow, type ShownLife } from './connection-row.ts';
import { connectionsTable, tableForSqlReaders } from './connections-tables.ts';
import { byConnection, changedLives, foldConnection, type ChangedLife } from './fold-connections.ts';
import { openProfiles, type OpenAll } from './opened-profiles.ts';
import { selectRows, writeRows } from './connections-statements.ts';

export type ConnectionsProjectorParts = Readonly<{ sealer: OpenAll; clientKey: ClientKey }>;

type Written = ConnectionRow & Readonly<{ shown_to_sql_readers: boolean }>;

const countRow = z.object({ count: z.number() });

const lost = (count: number, what: string): readonly string[] =>
  count === 0 ? [] : [`${count} ${what} cannot be opened: the data key is missing although nothing destroyed it`];

const lostKeys = (count: number): readonly string[] => lost(count, count === 1 ? 'profile' : 'profiles');
const lostTokenKeys = (count: number): readonly string[] =>
  lost(count, count === 1 ? "connection's tokens" : "connections' tokens").map((sentence) => `${sentence}; a new consent heals it`);

const isShown = ({ life, isCurrent }: ChangedLife, { state }: ShownLife, clientKey: ClientKey): boolean =>
  isCurrent && life.clientKey === clientKey && life.status !== 'disconnected' && state === 'open' && life.tokens !== null;

/** What needs no opening: an erased profile, and one that was opened before and is the same. */
const alreadyShown = ({ life, stored }: ChangedLife): ShownLife | undefined => {
  if (life.erased) return { state: 'erased', profile: noProfile };
  return stored?.sealed_profile === life.profile && stored.life === life.life ? { state: stored.profile_state, profile: profileOf(stored) } : undefined;
};

const showLives = async (sealer: OpenAll, changed: readonly ChangedLife[]): Promise<Result<ReadonlyMap<ChangedLife, ShownLife>, Poison | Unavailable>> => {
  const sealedOnes = changed.filter((each) => alreadyShown(each) === undefined);
  const opened = await openProfiles(
    sealer,
    sealedOnes.map(({ of, life }) => ({
      context: { connectionId: of.id, life: life.life, purpose: 'profile', field: 'profile' },
      sealed: life.profile,
    })),
  );
  if (opened.isErr()) return err(opened.error);

  const shown = new Map<ChangedLife, ShownLife>();
  for (const each of changed) {
    const before = alreadyShown(each);
    if (before !== undefined) shown.set(each, before);
  }
  const poison: PoisonEvent[] = [];
  sealedOnes.forEach((each, index) => {
    const outcome = opened.value[index];
    if (outcome?.isOk() === true) shown.set(each, outcome.value);
    const culprit = each.of.broughtBy(each.life.profile);
    if (outcome?.isErr() === true && culprit !== undefined) {
      poison.push({ stream: culprit.stream, revision: culprit.revision, reason: outcome.error.reason });
    }
  });
  return poison.length > 0 ? err({ kind: 'Poison', events: poison }) : ok(shown);
};

/**
 * The connections behind `/v1` and the table for SQL readers: one select, one write per batch, whatever its size.
 * @param parts `clientKey`: the app whose connections SQL readers see; another one rebuilds
 */
export const createConnectionsProjector = ({ sealer, clientKey }: ConnectionsProjectorParts): Projector => ({
  name: 'connections',
  version: 1,
  fingerprint: `client_key=${clientKey}`,
  streamPrefixes: [connectionStreams],
  tables: [connectionsTable, tableForSqlReaders],

  apply: async (transaction, events) => {
    const { streams, strays } = byConnection(events);
    if (strays.length > 0) return err({ kind: 'Poison', events: strays });
    const stored = await storedRows(transaction, [...streams.keys()]);
    const changed = [...streams].flatMap(([id, its]) => {
      const folded = foldConnection(id, stored.get(id) ?? [], its);
      return folded === null ? [] : changedLives(folded);
    });
    const shown = await showLives(sealer, changed);
    if (shown.isErr()) return err(shown.error);
    const rows = changed.flatMap((each): readonly Written[] => {
      const { of, life, isCurrent } = each;
      const showing = shown.value.get(each);
      if (showing === undefined) return [];
      const row = rowOf(of.id, of.record.firstConnectedAt, life, isCurrent, showing);
      return [{ ...row, shown_to_sql_readers: isShown(each, showing, clientKey) }];
    });
    const tables = { connections: transaction.table('connections'), forSqlReaders: transaction.table('user_tiktok_connections') };
    if (rows.length > 0) await transaction.rows('write', writeRows(tables), [JSON.stringify(rows)], nothing);
    return ok();
  },

  alarms: async (transaction) => {
    const table = transaction.table('connections');
    const profiles = `select count(*)::integer as count from ${table} where profile_state = 'key_lost'`;
    const tokens = `select count(*)::integer as count from ${table}
      where current_owner and status = 'reauthorization_required' and reauthorization_reason = 'key_lost'`;
    const [profile] = await transaction.rows('lost_keys', profiles, [], countRow);
    const [token] = await transaction.rows('lost_token_keys', tokens, [], countRow);
    return [...lostKeys(profile?.count ?? 0), ...lostTokenKeys(token?.count ?? 0)];
  },
});

const storedRows = async (transaction: ProjectionTransaction, ids: readonly string[]): Promise<ReadonlyMap<string, readonly ConnectionRow[]>> => {
  const rows = await transaction.rows('select', selectRows(transaction.table('connections'), connectionColumns), [ids], connectionRow);
  return Map.groupBy(rows, (row) => row.connection_id);
};
