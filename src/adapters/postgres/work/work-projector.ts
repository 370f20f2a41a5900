import { err, ok } from 'neverthrow';
import { connectionOf, connectionStreams } from '../../../application/execution/streams.ts';
import type { RecordedEvent } from '../../../application/ports/event-store.ts';
import { workChanges, type RefreshPolicy, type WorkChange } from '../../../application/work/work-of-connection.ts';
import { nothing } from '../database.ts';
import type { Projector } from '../projector/projector.ts';
import { workItemsTable } from './work-items-table.ts';

/** What is left of several changes to one item; later events come later. */
const lastOfEach = (changes: readonly WorkChange[]): readonly WorkChange[] => {
  const keyOf = (change: WorkChange): string => {
    const { kind, subject } = 'put' in change ? change.put : change.remove;
    return JSON.stringify([kind, subject]);
  };
  return [...new Map(changes.map((change) => [keyOf(change), change])).values()];
};

const changesOf = (event: RecordedEvent, policy: RefreshPolicy): readonly WorkChange[] | null => {
  const id = connectionOf(event.stream);
  return id === null ? null : workChanges(id, event, policy);
};

const removeItems = (table: string): string => `
  delete from ${table} i using json_to_recordset($1::json) as c (kind text, subject text, revision integer)
  where i.kind = c.kind and i.subject = c.subject and i.revision < c.revision`;

// When an item may run follows from the item and from what was tried before, which no rebuild forgets.
const putItems = (table: string): string => `
  insert into ${table} as i (kind, subject, connection_id, life, revision, due_at, runnable_at)
  select c.kind, c.subject, c."connectionId", c.life, c.revision, c."dueAt",
    case when r.done_revision >= c.revision then null
      else greatest(c."dueAt", case when r.revision = c.revision then r.next_try_at end, r.leased_until) end
  from json_to_recordset($1::json) as c (kind text, subject text, "connectionId" uuid, life integer, revision integer, "dueAt" timestamptz)
  left join tiktok_connections.work_runs r using (kind, subject)
  on conflict (kind, subject) do update set connection_id = excluded.connection_id, life = excluded.life,
    revision = excluded.revision, due_at = excluded.due_at, runnable_at = excluded.runnable_at
  where excluded.revision > i.revision`;

/** The work list: what the history says is to be done next, and when. */
export const createWorkProjector = (policy: RefreshPolicy): Projector => ({
  name: 'work',
  version: 1,
  fingerprint: `token_refresh=${policy} validate=daily`,
  streamPrefixes: [connectionStreams],
  tables: [workItemsTable],

  apply: async (transaction, events) => {
    const changes: WorkChange[] = [];
    for (const event of events) {
      const its = changesOf(event, policy);
      if (its === null) {
        const { stream, revision } = event;
        return err({ kind: 'Poison', events: [{ stream, revision, reason: 'the name of the stream names no connection' }] });
      }
      changes.push(...its);
    }
    const last = lastOfEach(changes);
    const puts = last.flatMap((change) => ('put' in change ? [change.put] : []));
    const removals = last.flatMap((change) => ('remove' in change ? [change.remove] : []));
    const table = transaction.table('work_items');
    if (removals.length > 0) await transaction.rows('remove', removeItems(table), [JSON.stringify(removals)], nothing);
    if (puts.length > 0) await transaction.rows('put', putItems(table), [JSON.stringify(puts)], nothing);
    return ok();
  },

  alarms: async () => [],
});
