import { describe, expect, it } from 'vitest';
import { behind } from '../../../src/application/execution/execute.ts';
import type { EventStore } from '../../../src/application/ports/event-store.ts';
import { connect, disconnect, recordProfile } from '../../domain/connection/commands.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { portsOver, run } from './execution-setup.ts';

describe('a command that follows another of the same writer', () => {
  const counted = (store: EventStore) => {
    const reads: number[] = [];
    return { reads, store: { ...store, read: (...page: Parameters<EventStore['read']>) => (reads.push(page[1]), store.read(...page)) } };
  };

  it('begins at what that one wrote, and reads nothing', async () => {
    const { reads, store } = counted(createInMemoryEventStore());
    const first = (await run(portsOver(store), connect()))._unsafeUnwrap();
    reads.length = 0;
    const second = (await run(portsOver(store), disconnect(), { from: behind(first) }))._unsafeUnwrap();
    expect(reads).toEqual([]);
    expect(second).toMatchObject({ state: { status: 'disconnected' }, head: { revision: 2 } });
  });

  it('reads when somebody else wrote in between, and decides anew', async () => {
    const { reads, store } = counted(createInMemoryEventStore());
    const first = (await run(portsOver(store), connect()))._unsafeUnwrap();
    expect((await run(portsOver(store), recordProfile())).isOk()).toBe(true);
    reads.length = 0;
    const second = (await run(portsOver(store), disconnect(), { from: behind(first) }))._unsafeUnwrap();
    expect(reads).toEqual([1]);
    expect(second.head.revision).toBe(3);
  });

  it('reads before it says no, or that there is nothing to do', async () => {
    const { reads, store } = counted(createInMemoryEventStore());
    const first = (await run(portsOver(store), connect()))._unsafeUnwrap();
    expect((await run(portsOver(store), disconnect())).isOk()).toBe(true);
    reads.length = 0;
    const refused = await run(portsOver(store), recordProfile({ life: 2 }), { from: behind(first) });
    expect(refused).toMatchObject({ error: { kind: 'LifeIsOver' } });
    expect(reads).toEqual([1]);
    const repeated = (await run(portsOver(store), disconnect(), { from: behind(first) }))._unsafeUnwrap();
    expect(repeated).toMatchObject({ events: [], head: { revision: 2 } });
    expect(behind(repeated)).toBeNull();
  });
});
