import fc from 'fast-check';
import type { ConnectionCommand } from '../../../src/domain/connection/commands.ts';
import { connectionDecider } from '../../../src/domain/connection/decide.ts';
import { ignoredBecause, type ConnectionEvent, type DisconnectedBy } from '../../../src/domain/connection/events.ts';
import { lifeOfNextConnect, type ConnectionState } from '../../../src/domain/connection/state.ts';
import { authorizationId, clientKey, webhookId } from '../../../src/domain/values/ids.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { sealed, type Sealed } from '../../../src/domain/values/sealed.ts';
import { connected, disconnected, personalDataErased, revocationIgnored } from '../../support/sample-events.ts';
import { ada, bob, minute } from './commands.ts';

const at = fc.integer({ min: 0, max: 59 }).map(minute);
const life = fc.integer({ min: 1, max: 4 });
const user = fc.constantFrom(ada, bob);
const scopes = fc.array(fc.constantFrom(...['user.info.basic', 'video.publish', 'video.list'].map(scope)), { maxLength: 4 });
const envelope = fc.integer({ min: 1, max: 9 }).map((number): Sealed => sealed(`envelope ${number}`));
const tokens = fc.record({ access: envelope, refresh: envelope });
const authorization = fc.integer({ min: 1, max: 4 }).map((number) => authorizationId(`authorization ${number}`));
const changed = fc.constantFrom<readonly ('display_name' | 'avatar_url')[]>([], ['display_name'], ['display_name', 'avatar_url']);
const webhook = fc.integer({ min: 1, max: 4 }).map((number) => webhookId(`webhook ${number}`));
const why = fc.constantFrom(...ignoredBecause);
const by: fc.Arbitrary<DisconnectedBy> = fc.constantFrom<DisconnectedBy>({ kind: 'user' }, { kind: 'operator' }, { kind: 'tiktok', reason: 5 });

const connectedData = {
  life,
  userId: user,
  authorizationId: authorization,
  profile: envelope,
  tokens,
  scopes,
  accessTokenExpiresAt: at,
  refreshTokenExpiresAt: fc.option(at),
};

export const anyCommand: fc.Arbitrary<ConnectionCommand> = fc.oneof(
  fc.record({ type: fc.constant('Connect' as const), ...connectedData, clientKey: fc.constant(clientKey('made-up-client-key')), at }),
  fc.record({ type: fc.constant('RecordProfile' as const), life, profile: envelope, changed, at }),
  fc.record({ type: fc.constant('RecordScopes' as const), life, scopes, at }),
  fc.record({ type: fc.constant('Disconnect' as const), life, requester: fc.option(user), by, revokeConfirmed: fc.boolean(), at }),
  fc.record({ type: fc.constant('IgnoreRevocation' as const), life, webhookId: webhook, why, at }),
  fc.record({
    type: fc.constant('ErasePersonalData' as const),
    chosen: fc.oneof(
      fc.constant({ kind: 'all' } as const),
      user.map((userId) => ({ kind: 'owner', userId }) as const),
      fc.array(life, { maxLength: 4 }).map((lives) => ({ kind: 'lives', lives }) as const),
    ),
    requestedBy: fc.constant({ kind: 'operator' } as const),
    revokeConfirmed: fc.boolean(),
    at,
  }),
);

/** Events in any order, also in orders that no history has. */
export const anyEvent: fc.Arbitrary<ConnectionEvent> = fc.oneof(
  fc.record({ ...connectedData, connectedAt: at }).map(connected),
  fc.record({ life, profile: envelope, changed, observedAt: at }).map((data): ConnectionEvent => ({ type: 'ProfileChanged', data })),
  fc.record({ life, scopes, added: scopes, removed: scopes, observedAt: at }).map((data): ConnectionEvent => ({ type: 'ScopesChanged', data })),
  fc.record({ life, by, revokeConfirmed: fc.boolean(), disconnectedAt: at }).map(disconnected),
  fc.record({ life, webhookId: webhook, why, ignoredAt: at }).map(revocationIgnored),
  fc.record({ lives: fc.array(life, { minLength: 1, maxLength: 4 }), erasedAt: at }).map(personalDataErased),
);

/** Most commands aim at the running life, so that histories grow; some miss it. */
const aimed = (command: ConnectionCommand, state: ConnectionState): ConnectionCommand => {
  if (command.type === 'ErasePersonalData') return command;
  const running = command.type === 'Connect' || state.status === 'none' ? lifeOfNextConnect(state) : state.life;
  return { ...command, life: command.life === 4 ? 4 : running };
};

export type Step = Readonly<{ command: ConnectionCommand; before: ConnectionState; after: ConnectionState; events: readonly ConnectionEvent[] }>;

/** What becomes of a connection that is given these commands one after the other; refused ones change nothing. */
export const stepsOf = (commands: readonly ConnectionCommand[]): readonly Step[] => {
  const steps: Step[] = [];
  for (const given of commands) {
    const before = steps.at(-1)?.after ?? connectionDecider.initial;
    const command = aimed(given, before);
    const events = connectionDecider.decide(command, before).unwrapOr([]);
    steps.push({ command, before, events, after: events.reduce(connectionDecider.evolve, before) });
  }
  return steps;
};

/** Histories as only decisions make them. */
export const anySteps: fc.Arbitrary<readonly Step[]> = fc.array(anyCommand, { maxLength: 30 }).map(stepsOf);
