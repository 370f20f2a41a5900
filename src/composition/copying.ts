import { copyLog } from '../adapters/event-store/copy-log.ts';
import { createEventStoreDbLog } from '../adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import { createPostgresEventLog } from '../adapters/event-store/postgres/postgres-event-store.ts';
import type { EventLog } from '../adapters/event-store/event-log.ts';
import type { CopyEvents, StoreKind } from '../application/ports/event-copy.ts';
import type { Container } from './parts.ts';

type Opened = Readonly<{ log: EventLog; close: () => Promise<void> }>;

const open = (container: Container, kind: StoreKind): Opened | null => {
  if (kind === 'postgres') {
    const log = createPostgresEventLog({ pool: container.get('pool'), url: container.get('databaseUrl').reveal() });
    return { log, close: () => log.close() };
  }
  const { eventStore } = container.get('settings');
  if (eventStore === null) return null;
  const log = createEventStoreDbLog({ address: eventStore.reveal() });
  return { log, close: () => log.close() };
};

/** Both stores of this installation, whichever of them the service uses. */
export const copyingOf =
  (container: Container): CopyEvents =>
  async (from, to, watch) => {
    const [source, target] = [open(container, from), open(container, to)];
    try {
      return source === null || target === null ? null : await copyLog(source.log, target.log, watch);
    } finally {
      await source?.close();
      await target?.close();
    }
  };
