import { err, ok, type Result } from 'neverthrow';
import type { Decider } from '../decider.ts';
import { sameScopes, scopeSet } from '../values/scopes.ts';
import type { Connect, ConnectionCommand, Disconnect, RecordProfile, RecordScopes } from './commands.ts';
import type { ConnectionEvent } from './events.ts';
import type { ConnectionRejection } from './rejections.ts';
import { evolve, initial, lifeOfNextConnect, type ConnectionState } from './state.ts';

type Decision = Result<readonly ConnectionEvent[], ConnectionRejection>;

const nothing: Decision = ok([]);

const connect = (command: Connect, state: ConnectionState): Decision => {
  if (state.status === 'active') {
    if (state.userId !== command.userId) return err({ kind: 'AccountLinkedToAnotherUser' });
    if (state.authorizationId === command.authorizationId) return nothing;
  }
  const life = lifeOfNextConnect(state);
  if (command.life !== life) return err({ kind: 'LifeIsOver', life: command.life });
  const { type: _, at, scopes, ...rest } = command;
  const connectedAt = state.status === 'active' ? state.connectedAt : at;
  return ok([{ type: 'Connected', data: { ...rest, scopes: scopeSet(scopes), connectedAt } }]);
};

const recordProfile = (command: RecordProfile, state: ConnectionState): Decision => {
  if (state.status !== 'active') return err({ kind: 'NotConnected' });
  if (command.life !== state.life) return err({ kind: 'LifeIsOver', life: command.life });
  if (command.changed.length === 0 || command.profile === state.profile) return nothing;
  const { life, profile, changed, at } = command;
  return ok([{ type: 'ProfileChanged', data: { life, profile, changed, observedAt: at } }]);
};

const recordScopes = (command: RecordScopes, state: ConnectionState): Decision => {
  if (state.status !== 'active') return err({ kind: 'NotConnected' });
  if (command.life !== state.life) return err({ kind: 'LifeIsOver', life: command.life });
  if (sameScopes(command.scopes, state.scopes)) return nothing;
  const scopes = scopeSet(command.scopes);
  const added = scopes.filter((scope) => !state.scopes.includes(scope));
  const removed = state.scopes.filter((scope) => !scopes.includes(scope));
  return ok([{ type: 'ScopesChanged', data: { life: state.life, scopes, added, removed, observedAt: command.at } }]);
};

const disconnect = (command: Disconnect, state: ConnectionState): Decision => {
  if (state.status === 'none') return err({ kind: 'NotConnected' });
  if (command.requester !== null && command.requester !== state.userId) return err({ kind: 'NotYourConnection' });
  if (command.life !== state.life) return err({ kind: 'LifeIsOver', life: command.life });
  if (state.status === 'disconnected') return nothing;
  const { by, revokeConfirmed, at } = command;
  return ok([{ type: 'Disconnected', data: { life: state.life, by, revokeConfirmed, disconnectedAt: at } }]);
};

export const decide = (command: ConnectionCommand, state: ConnectionState): Decision => {
  switch (command.type) {
    case 'Connect':
      return connect(command, state);
    case 'RecordProfile':
      return recordProfile(command, state);
    case 'RecordScopes':
      return recordScopes(command, state);
    case 'Disconnect':
      return disconnect(command, state);
  }
};

export const connectionDecider: Decider<ConnectionState, ConnectionCommand, ConnectionEvent, ConnectionRejection> = {
  initial,
  decide,
  evolve,
};
