import type { Connect, Disconnect, ErasePersonalData, RecordProfile, RecordScopes } from '../../../src/domain/connection/commands.ts';
import { authorizationId, userId } from '../../../src/domain/values/ids.ts';
import { instant } from '../../../src/domain/values/instant.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';
import { connected } from '../../support/sample-events.ts';

export const ada = userId('user_ada');
export const bob = userId('user_bob');
export const basic = scope('user.info.basic');
export const publish = scope('video.publish');

/** Moments in order, a minute apart. */
export const minute = (number: number) => instant(Date.UTC(2026, 10, 1, 12, number));

export const connect = (changes: Partial<Connect> = {}): Connect => {
  const { connectedAt: _, ...data } = connected({ userId: ada }).data;
  return { type: 'Connect', ...data, authorizationId: authorizationId('authorization 1'), at: minute(0), ...changes };
};

export const recordProfile = (changes: Partial<RecordProfile> = {}): RecordProfile => ({
  type: 'RecordProfile',
  life: 1,
  profile: sealed('a newer sealed profile'),
  changed: ['display_name'],
  at: minute(5),
  ...changes,
});

export const recordScopes = (changes: Partial<RecordScopes> = {}): RecordScopes => ({
  type: 'RecordScopes',
  life: 1,
  scopes: [publish, basic],
  at: minute(5),
  ...changes,
});

export const disconnect = (changes: Partial<Disconnect> = {}): Disconnect => ({
  type: 'Disconnect',
  life: 1,
  requester: ada,
  by: { kind: 'user' },
  revokeConfirmed: true,
  at: minute(9),
  ...changes,
});

export const erase = (changes: Partial<ErasePersonalData> = {}): ErasePersonalData => ({
  type: 'ErasePersonalData',
  chosen: { kind: 'all' },
  requestedBy: { kind: 'operator' },
  revokeConfirmed: true,
  at: minute(9),
  ...changes,
});
