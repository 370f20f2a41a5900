import type { WorkKind } from '../../../src/application/work-lists/work-kinds.ts';
import { workChanges, type RefreshPolicy, type WorkItem } from '../../../src/application/work-lists/work-of-connection.ts';
import type { WorkHandler } from '../../../src/application/work-lists/work-handler.ts';
import { refreshWhenDue } from '../../../src/application/tokens/refresh-when-due.ts';
import { validateWhenDue } from '../../../src/application/tokens/validate-when-due.ts';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { millisOf } from '../../../src/domain/values/instant.ts';
import type { TokenWorld } from './token-world.ts';

type Waiting = { readonly item: WorkItem; dueAt: number; attempts: number };

const minute = 60_000;

export interface Background {
  /** The list learns of what happened to a connection. */
  follow(id: ConnectionId): Promise<void>;
  /** Minute by minute, what is due is done. */
  pass(minutes: number): Promise<void>;
}

/** The work list and its worker, in virtual time. */
export const createBackground = (world: TokenWorld, policy: RefreshPolicy): Background => {
  const list = new Map<string, Waiting>();
  const seen = new Map<ConnectionId, number>();
  const handlers: Partial<Record<WorkKind, WorkHandler>> = { refresh: refreshWhenDue(world.ports), validate: validateWhenDue(world.ports) };
  const { signal } = new AbortController();

  const follow = async (id: ConnectionId): Promise<void> => {
    const events = await world.events(id);
    for (const event of events.slice(seen.get(id) ?? 0)) {
      for (const change of workChanges(id, event, policy)) {
        if ('remove' in change) list.delete(`${change.remove.kind} ${change.remove.subject}`);
        else list.set(`${change.put.kind} ${change.put.subject}`, { item: change.put, dueAt: millisOf(change.put.dueAt), attempts: 0 });
      }
    }
    seen.set(id, events.length);
  };

  const run = async (waiting: Waiting): Promise<void> => {
    const { item } = waiting;
    const outcome = await handlers[item.kind]?.({ ...item, attempts: waiting.attempts + 1 }, signal);
    const now = millisOf(world.clock.now());
    await follow(item.connectionId);
    if (outcome === undefined || outcome.kind === 'Done') {
      if (list.get(`${item.kind} ${item.subject}`) === waiting) list.delete(`${item.kind} ${item.subject}`);
      return;
    }
    waiting.dueAt = now + outcome.afterMillis;
    if (outcome.kind === 'Retry') waiting.dueAt += Math.min(300_000, 1_000 * 2 ** waiting.attempts);
    waiting.attempts = outcome.kind === 'Retry' ? waiting.attempts + 1 : 0;
  };

  return {
    follow,
    pass: async (minutes) => {
      for (let count = 0; count < minutes; count += 1) {
        world.clock.pass(minute);
        const now = millisOf(world.clock.now());
        const due = [...list.values()].filter(({ dueAt }) => dueAt <= now);
        for (const waiting of due) await run(waiting);
      }
    },
  };
};
