import { okAsync } from 'neverthrow';
import { describe, expect, test } from 'vitest';
import { keyringOf } from '../../../src/adapters/crypto/keyring.ts';
import { createSealer } from '../../../src/adapters/crypto/aes-gcm-sealer.ts';
import type { Moment } from '../../../src/application/auditing/moment.ts';
import { stateAt } from '../../../src/application/auditing/state-at.ts';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import { emptyHead, type DomainEvent } from '../../../src/application/ports/event-store.ts';
import type { SecurityEntry } from '../../../src/application/ports/security-log.ts';
import { connectionId, openId, userId } from '../../../src/domain/values/ids.ts';
import { plusMillis } from '../../../src/domain/values/instant.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { profileToText } from '../../../src/application/reading/profile.ts';
import { noProfile } from '../../../src/application/reading/profile.ts';
import { inMemoryDataKeys } from '../../support/in-memory-data-keys.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { aMoment, connected, disconnected, profileChanged, toAppend } from '../../support/sample-events.ts';

const id = connectionId('6f0e0000-0000-5000-8000-000000000001');
const stream = connectionStream(id);
const service = { kind: 'service' } as const;
const place = { connectionId: id, life: 1, purpose: 'profile', field: 'profile' } as const;

const setUp = async () => {
  const dataKeys = inMemoryDataKeys();
  const sealer = createSealer({ keyring: keyringOf([null, Buffer.alloc(32, 1)]), records: dataKeys });
  const sealProfile = async (name: string) =>
    (await sealer.seal(place, secret(profileToText({ ...noProfile, open_id: openId('open-1'), display_name: name }))))._unsafeUnwrap();
  const events: readonly DomainEvent[] = [
    connected({ profile: await sealProfile('Ada') }),
    profileChanged(await sealProfile('Ada L.')),
    disconnected(),
  ];
  const eventStore = createInMemoryEventStore();
  const at = events.map((event, index) => ({ ...toAppend(event), occurredAt: plusMillis(aMoment, index * 1_000) }));
  (await eventStore.append(stream, emptyHead, at))._unsafeUnwrap();
  const entries: SecurityEntry[] = [];
  const securityLog = { record: (entry: SecurityEntry) => (entries.push(entry), okAsync(undefined)) };
  const state = (moment: Moment, viewer: Parameters<typeof stateAt>[1]['viewer'] = service) =>
    stateAt({ eventStore, sealer, securityLog }, { connectionId: id, moment, viewer }, 'cli');
  return { state, entries, dataKeys };
};

describe('a connection as it was', () => {
  test('after a revision is what the events up to and with it lead to', async () => {
    const { state } = await setUp();
    const first = (await state({ revision: 1 }))._unsafeUnwrap();
    expect([first.status, first.profile.display_name, first.revision]).toEqual(['active', 'Ada', 1]);
    const second = (await state({ revision: 2 }))._unsafeUnwrap();
    expect([second.status, second.profile.display_name, second.revision]).toEqual(['active', 'Ada L.', 2]);
    const third = (await state({ revision: 3 }))._unsafeUnwrap();
    expect([third.status, third.accessTokenExpiresAt]).toEqual(['disconnected', null]);
  });

  test('at a time includes what occurred at that very moment', async () => {
    const { state } = await setUp();
    const justBefore = (await state({ time: plusMillis(aMoment, 999) }))._unsafeUnwrap();
    const exactly = (await state({ time: plusMillis(aMoment, 1_000) }))._unsafeUnwrap();
    expect([justBefore.profile.display_name, exactly.profile.display_name]).toEqual(['Ada', 'Ada L.']);
  });

  test('after its last event is as it is now', async () => {
    const { state } = await setUp();
    expect((await state({ revision: 99 }))._unsafeUnwrap().revision).toBe(3);
    expect((await state({ time: plusMillis(aMoment, 10 ** 9) }))._unsafeUnwrap().revision).toBe(3);
  });

  test('does not exist before its first event, and such a question leaves no entry', async () => {
    const { state, entries } = await setUp();
    expect((await state({ time: plusMillis(aMoment, -1) }))._unsafeUnwrapErr().kind).toBe('ConnectionNotFound');
    expect((await state({ revision: 0 }))._unsafeUnwrapErr().kind).toBe('ConnectionNotFound');
    expect(entries).toEqual([]);
  });

  test('has no profile once its key was destroyed', async () => {
    const { state, dataKeys } = await setUp();
    dataKeys.put({ connectionId: id, life: 1, purpose: 'profile' }, { kind: 'Fenced' });
    expect((await state({ revision: 1 }))._unsafeUnwrap().profile).toEqual(noProfile);
  });

  test('is hidden from a user who never owned it', async () => {
    const { state } = await setUp();
    expect((await state({ revision: 1 }, { kind: 'owner', userId: userId('user_2') }))._unsafeUnwrapErr().kind).toBe('ConnectionNotFound');
    expect((await state({ revision: 1 }, { kind: 'owner', userId: userId('user_1') })).isOk()).toBe(true);
  });

  test('is recorded as a reading of the history', async () => {
    const { state, entries } = await setUp();
    expect((await state({ revision: 1 })).isOk()).toBe(true);
    expect(entries).toEqual([{ kind: 'history_read', detail: { stream }, principal: 'cli', connectionId: id }]);
  });
});
