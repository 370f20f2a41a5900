import type { EventStore, StoredEvent } from '../../src/application/ports/event-store.ts';

/** The store as code sees it that does not know the events `isUnknown` picks. */
export const asOlderCode = (eventStore: EventStore, isUnknown: (event: StoredEvent) => boolean): EventStore => {
  const seen = (event: StoredEvent): StoredEvent => {
    if (!event.readable || !isUnknown(event)) return event;
    const { event: _, occurredAt: __, metadata: ___, ...address } = event;
    return { ...address, readable: false, reason: `unknown type ${event.type}` };
  };
  return {
    append: (stream, head, events) => eventStore.append(stream, head, events),
    read: (stream, from, limit) => eventStore.read(stream, from, limit).map((events) => events.map(seen)),
    async *feed(options) {
      for await (const batch of eventStore.feed(options)) {
        yield batch.map(({ events, ...rest }) => ({ events: events.map(seen), ...rest }));
      }
    },
  };
};
