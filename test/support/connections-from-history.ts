import { err, ok, ResultAsync, type Result } from 'neverthrow';
import { connectionOf, connectionStreams } from '../../src/application/execution/streams.ts';
import type { Unavailable } from '../../src/application/failures.ts';
import type { Connections, Viewer } from '../../src/application/ports/connections.ts';
import type { EventStore } from '../../src/application/ports/event-store.ts';
import type { Sealer } from '../../src/application/ports/sealer.ts';
import { evolveRecord, type ConnectionRecord } from '../../src/application/reading/connection-record.ts';
import type { ConnectionView } from '../../src/application/reading/connection-view.ts';
import { lifeSeenBy, renderView } from '../../src/application/reading/render-view.ts';
import type { ConnectionId } from '../../src/domain/values/ids.ts';

const gone = (): Unavailable => ({ kind: 'Unavailable', part: 'database', reason: 'no answer' });

const records = async (eventStore: EventStore): Promise<Result<readonly ConnectionRecord[], Unavailable>> => {
  const found = new Map<ConnectionId, ConnectionRecord>();
  const options = { after: null, streamPrefixes: [connectionStreams], batchSize: 1_000, live: false, signal: new AbortController().signal };
  for await (const batch of eventStore.feed(options)) {
    if (batch.isErr()) return err(gone());
    for (const event of batch.value.events) {
      const id = connectionOf(event.stream);
      if (id === null || !event.readable) continue;
      const record = evolveRecord(found.get(id) ?? null, id, event);
      if (record !== null) found.set(id, record);
    }
  }
  return ok([...found.values()].sort((a, b) => (a.firstConnectedAt < b.firstConnectedAt ? 1 : -1)));
};

/** The read model without a projection: folded anew at each question, so that nothing has to be awaited. */
export const connectionsFromHistory = (eventStore: EventStore, sealer: Sealer): Connections => {
  const views = async (viewer: Viewer): Promise<Result<readonly ConnectionView[], Unavailable>> => {
    const all = await records(eventStore);
    if (all.isErr()) return err(all.error);
    const shown: ConnectionView[] = [];
    for (const record of all.value) {
      const life = lifeSeenBy(record, viewer);
      if (life === undefined) continue;
      const view = await renderView(sealer, record.id, life);
      if (view.isErr()) return err(view.error);
      shown.push(view.value);
    }
    return ok(shown);
  };
  return {
    byId: (id, viewer) => new ResultAsync(views(viewer)).map((all) => all.find((view) => view.id === id) ?? null),
    list: ({ viewer, userId, openId, statuses, limit, cursor }) =>
      new ResultAsync(views(viewer)).andThen((all) => {
        const fitting = all.filter(
          (view) =>
            (userId === null || view.userId === userId) &&
            (openId === null || view.profile.open_id === openId) &&
            (statuses === null || statuses.includes(view.status)),
        );
        const begin = cursor === null ? 0 : fitting.findIndex(({ id }) => id === cursor) + 1;
        if (cursor !== null && begin === 0) return err({ kind: 'BadCursor' as const });
        const connections = fitting.slice(begin, begin + limit);
        return ok({ connections, nextCursor: fitting.length > begin + limit ? (connections.at(-1)?.id ?? null) : null });
      }),
  };
};
