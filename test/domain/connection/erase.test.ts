import { describe, it } from 'vitest';
import { connectionDecider } from '../../../src/domain/connection/decide.ts';
import { connected, disconnected, personalDataErased, profileChanged } from '../../support/sample-events.ts';
import { specificationOf } from '../given.ts';
import { ada, bob, connect, disconnect, erase, minute, recordProfile } from './commands.ts';

const given = specificationOf(connectionDecider);

const lifeOfAda = connected({ userId: ada, connectedAt: minute(0) });
const endOfAda = disconnected({ disconnectedAt: minute(5) });
const lifeOfBob = connected({ userId: bob, life: 2, connectedAt: minute(6) });
const endedByErasure = (life = 1) => disconnected({ life, by: { kind: 'operator' }, disconnectedAt: minute(9) });
const erased = (...lives: readonly number[]) => personalDataErased({ lives, erasedAt: minute(9) });
const ofAda = erase({ chosen: { kind: 'owner', userId: ada } });

describe('erasing', () => {
  it('disconnects a running life first', () => {
    given(lifeOfAda).when(erase()).then(endedByErasure(), erased(1));
  });

  it('covers every life of a connection', () => {
    given(lifeOfAda, endOfAda, lifeOfBob).when(erase()).then(endedByErasure(2), erased(1, 2));
  });

  it('covers a former owner\'s lives alone, and leaves the life that runs for another', () => {
    given(lifeOfAda, endOfAda, lifeOfBob).when(ofAda).then(erased(1));
    given(lifeOfAda, endOfAda, lifeOfBob, erased(1), profileChanged()).when(recordProfile({ life: 2, changed: [] })).thenNothing();
  });

  it('covers lives by their numbers', () => {
    given(lifeOfAda, endOfAda, lifeOfBob).when(erase({ chosen: { kind: 'lives', lives: [2, 3] } })).then(endedByErasure(2), erased(2));
  });

  it('says who asked for it', () => {
    const requestedBy = { kind: 'service', keyId: '0123456789abcdef' } as const;
    given(lifeOfAda, endOfAda).when(erase({ requestedBy })).then(personalDataErased({ requestedBy, erasedAt: minute(9) }));
  });

  it('changes nothing where all of it was erased before, and covers what came since', () => {
    given(lifeOfAda, endOfAda, erased(1)).when(erase()).thenNothing();
    given(lifeOfAda, endOfAda, erased(1), lifeOfBob).when(erase()).then(endedByErasure(2), erased(2));
  });

  it('is refused for an owner that it never had, and for what was never connected', () => {
    given(lifeOfAda).when(erase({ chosen: { kind: 'owner', userId: bob } })).thenRejected({ kind: 'NotYourConnection' });
    given().when(erase()).thenRejected({ kind: 'NotConnected' });
  });

  it('refuses whoever still writes for an erased life', () => {
    given(lifeOfAda, endOfAda, erased(1)).when(recordProfile()).thenRejected({ kind: 'NotConnected' });
    given(lifeOfAda, endOfAda, erased(1)).when(connect({ life: 1 })).thenRejected({ kind: 'LifeIsOver', life: 1 });
    given(lifeOfAda, endOfAda, erased(1)).when(disconnect()).thenNothing();
  });

  it('does not keep anyone from connecting anew', () => {
    given(lifeOfAda, endOfAda, erased(1)).when(connect({ life: 2, at: minute(9) })).then(connected({ userId: ada, life: 2, authorizationId: connect().authorizationId, connectedAt: minute(9) }));
  });
});
