import { describe, expect, it } from 'vitest';
import { connectionDecider } from '../../../src/domain/connection/decide.ts';
import { authorizationId } from '../../../src/domain/values/ids.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';
import { connected, disconnected, profileChanged } from '../../support/sample-events.ts';
import { specificationOf } from '../given.ts';
import { ada, basic, bob, connect, disconnect, minute, publish, recordProfile, recordScopes } from './commands.ts';

const given = specificationOf(connectionDecider);

const first = authorizationId('authorization 1');
const second = authorizationId('authorization 2');

const lifeOfAda = connected({ userId: ada, authorizationId: first, connectedAt: minute(0) });
const endOfLife = disconnected({ disconnectedAt: minute(9) });

describe('connecting', () => {
  it('begins the first life of an account that was never connected', () => {
    given().when(connect()).then(lifeOfAda);
  });

  it('keeps scopes as a set: sorted and once each', () => {
    const scopes = [publish, basic, publish];
    given().when(connect({ scopes })).then({ ...lifeOfAda, data: { ...lifeOfAda.data, scopes: [basic, publish] } });
  });

  it('changes nothing when the same authorization arrives again', () => {
    given(lifeOfAda).when(connect()).thenNothing();
  });

  it('continues the running life when its user consents again, which keeps when it began', () => {
    const tokens = { access: sealed('new access'), refresh: sealed('new refresh') };
    given(lifeOfAda)
      .when(connect({ authorizationId: second, tokens, at: minute(7) }))
      .then(connected({ userId: ada, authorizationId: second, tokens, connectedAt: minute(0) }));
  });

  it('is refused while the account belongs to another user', () => {
    given(lifeOfAda).when(connect({ userId: bob, authorizationId: second })).thenRejected({ kind: 'AccountLinkedToAnotherUser' });
  });

  it('is refused to another user even under the authorization that connected it', () => {
    given(lifeOfAda).when(connect({ userId: bob })).thenRejected({ kind: 'AccountLinkedToAnotherUser' });
  });

  it.each([
    ['the same user', ada],
    ['another user', bob],
  ])('begins a new life for %s after a disconnect', (_, userId) => {
    given(lifeOfAda, endOfLife)
      .when(connect({ userId, life: 2, authorizationId: second, at: minute(20) }))
      .then(connected({ userId, life: 2, authorizationId: second, connectedAt: minute(20) }));
  });

  it.each([
    ['after it has ended', [lifeOfAda, endOfLife], 1],
    ['before it has begun', [lifeOfAda], 2],
    ['that is none', [], 0],
  ] as const)('is refused when it was sealed for a life %s', (_, history, life) => {
    given(...history).when(connect({ life, authorizationId: second })).thenRejected({ kind: 'LifeIsOver', life });
  });
});

describe('recording a profile', () => {
  const change = recordProfile();
  const changed = { type: 'ProfileChanged', data: { life: 1, profile: change.profile, changed: change.changed, observedAt: change.at } } as const;

  it('records what a validation saw', () => {
    given(lifeOfAda).when(change).then(changed);
  });

  it('changes nothing when nothing differs', () => {
    given(lifeOfAda).when(recordProfile({ changed: [] })).thenNothing();
  });

  it('changes nothing when the profile is recorded already', () => {
    given(lifeOfAda, profileChanged(change.profile)).when(change).thenNothing();
  });

  it('is refused without a running life', () => {
    given().when(change).thenRejected({ kind: 'NotConnected' });
    given(lifeOfAda, endOfLife).when(change).thenRejected({ kind: 'NotConnected' });
  });

  it('is refused when it was observed in an earlier life', () => {
    given(lifeOfAda, endOfLife, connected({ userId: ada, life: 2 })).when(change).thenRejected({ kind: 'LifeIsOver', life: 1 });
  });
});

describe('recording scopes', () => {
  it('records what was added and what was removed', () => {
    given(connected({ scopes: [basic] }))
      .when(recordScopes({ scopes: [publish] }))
      .then({ type: 'ScopesChanged', data: { life: 1, scopes: [publish], added: [publish], removed: [basic], observedAt: minute(5) } });
  });

  it('changes nothing when they are the same in another order', () => {
    given(connected({ scopes: [basic, publish] })).when(recordScopes({ scopes: [publish, basic, publish] })).thenNothing();
  });

  it('is refused without a running life, and for an earlier one', () => {
    given().when(recordScopes()).thenRejected({ kind: 'NotConnected' });
    given(lifeOfAda, endOfLife).when(recordScopes()).thenRejected({ kind: 'NotConnected' });
    given(connected({ life: 2 })).when(recordScopes()).thenRejected({ kind: 'LifeIsOver', life: 1 });
  });
});

describe('disconnecting', () => {
  it('ends the running life, and says by whom and whether TikTok confirmed', () => {
    given(lifeOfAda).when(disconnect()).then(disconnected({ by: { kind: 'user' }, revokeConfirmed: true, disconnectedAt: minute(9) }));
  });

  it('is open to an operator and to TikTok, who name no user', () => {
    const by = { kind: 'tiktok', reason: 1 } as const;
    given(lifeOfAda)
      .when(disconnect({ requester: null, by, revokeConfirmed: false }))
      .then(disconnected({ by, revokeConfirmed: false, disconnectedAt: minute(9) }));
  });

  it('changes nothing when the life has ended already', () => {
    given(lifeOfAda, endOfLife).when(disconnect()).thenNothing();
  });

  it('is refused to anyone but the owner, also after the end', () => {
    given(lifeOfAda).when(disconnect({ requester: bob })).thenRejected({ kind: 'NotYourConnection' });
    given(lifeOfAda, endOfLife).when(disconnect({ requester: bob })).thenRejected({ kind: 'NotYourConnection' });
  });

  it('is refused to a former owner once the account is another\'s', () => {
    given(lifeOfAda, endOfLife, connected({ userId: bob, life: 2 })).when(disconnect()).thenRejected({ kind: 'NotYourConnection' });
  });

  it('is refused when it is about an earlier life', () => {
    const nextLife = connected({ userId: ada, life: 2 });
    given(lifeOfAda, endOfLife, nextLife).when(disconnect()).thenRejected({ kind: 'LifeIsOver', life: 1 });
    given(lifeOfAda, endOfLife, nextLife, disconnected({ life: 2 })).when(disconnect()).thenRejected({ kind: 'LifeIsOver', life: 1 });
  });

  it('is refused for what was never connected', () => {
    given().when(disconnect()).thenRejected({ kind: 'NotConnected' });
  });

  it('keeps no token in the state', () => {
    const ended = [lifeOfAda, endOfLife].reduce(connectionDecider.evolve, connectionDecider.initial);
    expect(ended).toMatchObject({ status: 'disconnected', userId: ada });
    expect(ended).not.toHaveProperty('tokens');
  });
});
