import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { publicationChanges, type Pace } from '../../../../src/adapters/http/live/publication-changes.ts';
import { unavailable } from '../../../../src/application/failures.ts';
import type { EventStore } from '../../../../src/application/ports/event-store.ts';
import { createInMemoryEventStore } from '../../../support/in-memory-event-store.ts';
import { sealing } from '../../crypto/sealing-setup.ts';
import { createProjectionSealer } from '../../../support/projection-sealer.ts';
import { writePublication } from '../../../support/publication-history.ts';

const fast: Pace = { firstLook: 1, longestLook: 1, heartbeat: 5, longestWatch: 10_000 };
const { sealer } = sealing();

const waiting = async (eventStore: EventStore) => {
  const publication = writePublication(eventStore, createProjectionSealer());
  await publication.accept();
  return publication;
};

describe('following the history of a publication', () => {
  it('tells in a silence that it is still there', async () => {
    const eventStore = createInMemoryEventStore();
    const { id } = await waiting(eventStore);
    const leaving = new AbortController();
    const changes = publicationChanges({ eventStore, sealer }, id, 0, leaving.signal, fast);
    const seen = [await changes.next(), await changes.next(), await changes.next()].map(({ value }) => String(value));
    expect([seen[0], seen[1]?.split('\n')[0], seen[2]]).toEqual(['retry: 2000\n\n', 'id: 1', ': \n\n']);
    leaving.abort();
    expect((await changes.next()).done).toBe(true);
  });

  it('ends after its time, so that the caller proves anew who it is', async () => {
    const eventStore = createInMemoryEventStore();
    const { id } = await waiting(eventStore);
    const changes = publicationChanges({ eventStore, sealer }, id, 1, new AbortController().signal, { ...fast, heartbeat: 1_000, longestWatch: 20 });
    expect(await Array.fromAsync(changes)).toEqual(['retry: 2000\n\n']);
  });

  it('ends where the history cannot be read, so that the caller is told why when it connects anew', async () => {
    const eventStore: EventStore = { ...createInMemoryEventStore(), read: () => errAsync(unavailable('event_store', 'away')) };
    const { id } = writePublication(eventStore, createProjectionSealer());
    expect(await Array.fromAsync(publicationChanges({ eventStore, sealer }, id, 0, new AbortController().signal, fast))).toEqual(['retry: 2000\n\n']);
  });

  it('tells changes that came together one by one, in their order', async () => {
    const eventStore = createInMemoryEventStore();
    const publication = await waiting(eventStore);
    const at = publication.record?.createdAt;
    if (at === undefined) throw new Error('nothing was accepted');
    const deferred = (reason: string) =>
      ({ type: 'PublicationDeferred', data: { attemptId: null, reason, failures: 0, code: null, logId: null, notBefore: at, deferredAt: at } }) as const;
    await publication.append(deferred('one'), deferred('two'), { type: 'PublicationCancelled', data: { cancelledAt: at } });
    const told = await Array.fromAsync(publicationChanges({ eventStore, sealer }, publication.id, 1, new AbortController().signal, fast));
    expect(told.slice(1).map((event) => event.split('\n')[0])).toEqual(['id: 2', 'id: 3', 'id: 4']);
  });
});
