import { err, ok, type Result } from 'neverthrow';
import type { Decider } from '../decider.ts';
import { basicScope, sameScopes, scopeSet, type Scope } from '../values/scopes.ts';
import { instant, millisOf, plusMillis, type Instant } from '../values/instant.ts';
import type {
  Connect,
  ConnectionCommand,
  Disconnect,
  ErasePersonalData,
  LivesChosen,
  IgnoreRevocation,
  RecordProfile,
  RecordRefreshed,
  RecordRefreshFailure,
  RecordScopes,
  RequireReauthorization,
  StartRefresh,
} from './commands.ts';
import type { ConnectionEvent, ReauthorizationReason } from './events.ts';
import type { ConnectionRejection } from './rejections.ts';
import { evolve, initial, lifeOfNextConnect, type Active, type Attempt, type ConnectionState, type Living, type PastLife } from './state.ts';

type Decision = Result<readonly ConnectionEvent[], ConnectionRejection>;

const nothing: Decision = ok([]);

const connect = (command: Connect, state: ConnectionState): Decision => {
  if (state.status === 'active' || state.status === 'reauthorization_required') {
    if (state.userId !== command.userId) return err({ kind: 'AccountLinkedToAnotherUser' });
    if (state.authorizationId === command.authorizationId) return nothing;
  }
  const life = lifeOfNextConnect(state);
  if (command.life !== life) return err({ kind: 'LifeIsOver', life: command.life });
  const { type: _, at, scopes, ...rest } = command;
  const connectedAt = state.status === 'active' || state.status === 'reauthorization_required' ? state.connectedAt : at;
  return ok([{ type: 'Connected', data: { ...rest, scopes: scopeSet(scopes), connectedAt } }]);
};

/** The running life, if it is the one a command is about. */
const livingOf = (state: ConnectionState, life: number): Result<Living, ConnectionRejection> => {
  if (state.status === 'none') return err({ kind: 'NotConnected' });
  if (state.status === 'disconnected') return err(life === state.life ? { kind: 'NotConnected' } : { kind: 'LifeIsOver', life });
  return life === state.life ? ok(state) : err({ kind: 'LifeIsOver', life });
};

const activeOf = (state: ConnectionState, life: number): Result<Active, ConnectionRejection> =>
  livingOf(state, life).andThen(
    (living): Result<Active, ConnectionRejection> =>
      living.status === 'active' ? ok(living) : err({ kind: 'ReauthorizationNeeded', reason: living.reason }),
  );

/** How long one caller alone may call TikTok. It gives up well before, so that two calls never overlap. */
export const attemptMillis = 30_000;
const firstProbePauseMillis = 5_000;
const longestProbePauseMillis = 15 * 60_000;

const probeNotBefore = ({ refreshing }: Active): Instant => {
  const { failures, lastFailedAt } = refreshing;
  if (lastFailedAt === null) return instant(0);
  return plusMillis(lastFailedAt, Math.min(longestProbePauseMillis, firstProbePauseMillis * 2 ** Math.min(failures, 20)));
};

/** A token that never lives as long as was asked for is not refreshed again and again: half its own life is enough then. */
const livesLongEnough = ({ accessTokenExpiresAt, refreshing }: Active, askedMillis: number, at: Instant): boolean => {
  const expires = millisOf(accessTokenExpiresAt);
  const enough = Math.min(askedMillis, (expires - millisOf(refreshing.issuedAt)) / 2);
  return expires - millisOf(at) >= Math.max(enough, 1);
};

const startRefresh = ({ life, attemptId, need, at }: StartRefresh, state: ConnectionState): Decision =>
  activeOf(state, life).andThen((active): Decision => {
    const { refreshing, accessTokenExpiresAt } = active;
    if (refreshing.open === attemptId) return nothing;
    if (need.kind === 'validity' && livesLongEnough(active, need.millis, at)) return nothing;
    // What was refused has been replaced since.
    if (need.kind === 'refused' && need.tokenSet !== refreshing.tokenSet) return nothing;
    const open = refreshing.attempts.find(({ id }) => id === refreshing.open);
    if (open !== undefined && at < open.deadline) return err({ kind: 'RefreshInProgress', attemptId: open.id, deadline: open.deadline });
    const probe = refreshing.doubtful || open?.tokenSet === refreshing.tokenSet;
    const lives = at < accessTokenExpiresAt;
    if (probe && lives && need.kind !== 'refused') return err({ kind: 'RefreshInDoubt', notBefore: accessTokenExpiresAt });
    if (probe && at < probeNotBefore(active)) return err({ kind: 'RefreshInDoubt', notBefore: probeNotBefore(active) });
    const refused = lives && need.kind === 'refused' ? ({ accessTokenRefused: true } as const) : {};
    const data = { life, attemptId, probe, ...refused, startedAt: at, deadline: plusMillis(at, attemptMillis) };
    return ok([{ type: 'TokenRefreshStarted', data }]);
  });

const scopesChanged = (life: number, before: readonly Scope[], after: readonly Scope[], at: Instant): readonly ConnectionEvent[] => {
  if (sameScopes(before, after)) return [];
  const scopes = scopeSet(after);
  const added = scopes.filter((scope) => !before.includes(scope));
  const removed = before.filter((scope) => !scopes.includes(scope));
  return [{ type: 'ScopesChanged', data: { life, scopes, added, removed, observedAt: at } }];
};

/** Only the newest answer counts, however late it comes: also after its own loss was taken for granted. */
const recordRefreshed = ({ life, attemptId, at, ...answer }: RecordRefreshed, state: ConnectionState): Decision =>
  livingOf(state, life).andThen((living): Decision => {
    if (living.refreshing.broughtBy === attemptId) return nothing;
    const newest = living.refreshing.attempts.some(({ id }) => id === attemptId);
    const heals = living.status === 'active' || living.reason === 'response_lost';
    if (!newest || !heals) return err({ kind: 'AnswerSuperseded', attemptId });
    const { tokens, accessTokenExpiresAt, refreshTokenExpiresAt } = answer;
    const scopes = scopeSet(answer.scopes);
    const data = { life, attemptId, tokens, scopes, accessTokenExpiresAt, refreshTokenExpiresAt, refreshedAt: at };
    const lost: readonly ConnectionEvent[] = scopes.includes(basicScope)
      ? []
      : [{ type: 'ReauthorizationRequired', data: { life, attemptId: null, reason: 'scope_lost', code: null, logId: null, requiredAt: at } }];
    return ok([{ type: 'TokensRefreshed', data }, ...scopesChanged(life, living.scopes, scopes, at), ...lost]);
  });

const refusalReason = (attempt: Attempt, { refreshing, refreshTokenExpiresAt }: Active, at: Instant): ReauthorizationReason => {
  if (attempt.probe || refreshing.doubtful) return 'response_lost';
  return refreshTokenExpiresAt !== null && refreshTokenExpiresAt <= at ? 'refresh_token_expired' : 'refresh_rejected';
};

const recordRefreshFailure = (command: RecordRefreshFailure, state: ConnectionState): Decision => {
  const { life, attemptId, outcome, code, logId, at } = command;
  return livingOf(state, life).andThen((living): Decision => {
    const { refreshing } = living;
    const attempt = refreshing.attempts.find(({ id }) => id === attemptId);
    if (attempt === undefined || living.status !== 'active') return nothing;
    // A set of tokens that has been replaced since was bound to be refused.
    const refused = outcome === 'refused' && attempt.tokenSet === refreshing.tokenSet;
    if (refused) {
      const reason = refusalReason(attempt, living, at);
      return ok([{ type: 'ReauthorizationRequired', data: { life, attemptId, reason, code, logId, requiredAt: at } }]);
    }
    const failures = refreshing.failures + 1;
    const failureClass = outcome === 'refused' ? 'transient' : outcome;
    return ok([{ type: 'TokenRefreshFailed', data: { life, attemptId, class: failureClass, failures, code, logId, failedAt: at } }]);
  });
};

const requireReauthorization = ({ life, reason, at }: RequireReauthorization, state: ConnectionState): Decision =>
  livingOf(state, life).andThen((living): Decision => {
    if (living.status === 'reauthorization_required') return nothing;
    return ok([{ type: 'ReauthorizationRequired', data: { life, attemptId: null, reason, code: null, logId: null, requiredAt: at } }]);
  });

const recordProfile = ({ life, profile, changed, at }: RecordProfile, state: ConnectionState): Decision =>
  activeOf(state, life).andThen((active): Decision => {
    if (changed.length === 0 || profile === active.profile) return nothing;
    return ok([{ type: 'ProfileChanged', data: { life, profile, changed, observedAt: at } }]);
  });

const recordScopes = ({ life, scopes, at }: RecordScopes, state: ConnectionState): Decision =>
  activeOf(state, life).map((active) => scopesChanged(life, active.scopes, scopes, at));

const disconnect = (command: Disconnect, state: ConnectionState): Decision => {
  if (state.status === 'none') return err({ kind: 'NotConnected' });
  if (command.requester !== null && command.requester !== state.userId) return err({ kind: 'NotYourConnection' });
  if (command.life !== state.life) return err({ kind: 'LifeIsOver', life: command.life });
  if (state.status === 'disconnected') return nothing;
  const { by, revokeConfirmed, at } = command;
  return ok([{ type: 'Disconnected', data: { life: state.life, by, revokeConfirmed, disconnectedAt: at } }]);
};

/** A webhook counts once, however often it is worked on. */
const ignoreRevocation = ({ life, webhookId, why, at }: IgnoreRevocation, state: ConnectionState): Decision =>
  livingOf(state, life).andThen((living): Decision => {
    if (living.ignoredRevocations.includes(webhookId)) return nothing;
    return ok([{ type: 'RevocationIgnored', data: { life, webhookId, why, ignoredAt: at } }]);
  });

/** Whether an erasure of these lives covers this one. */
export const isChosen = (chosen: LivesChosen, { life, userId }: PastLife): boolean => {
  switch (chosen.kind) {
    case 'all':
      return true;
    case 'owner':
      return userId === chosen.userId;
    case 'lives':
      return chosen.lives.includes(life);
  }
};

/** Another owner's running life is left alone. */
const erasePersonalData = (command: ErasePersonalData, state: ConnectionState): Decision => {
  if (state.status === 'none') return err({ kind: 'NotConnected' });
  const { requestedBy, revokeConfirmed, at } = command;
  const chosen = state.lives.filter((past) => isChosen(command.chosen, past));
  if (chosen.length === 0) return err({ kind: 'NotYourConnection' });
  const lives = chosen.filter(({ erased }) => !erased).map(({ life }) => life);
  if (lives.length === 0) return nothing;
  const ended: readonly ConnectionEvent[] =
    state.status === 'disconnected' || !lives.includes(state.life)
      ? []
      : [{ type: 'Disconnected', data: { life: state.life, by: { kind: 'operator' }, revokeConfirmed, disconnectedAt: at } }];
  return ok([...ended, { type: 'PersonalDataErased', data: { lives, requestedBy, erasedAt: at } }]);
};

export const decide = (command: ConnectionCommand, state: ConnectionState): Decision => {
  switch (command.type) {
    case 'Connect':
      return connect(command, state);
    case 'StartRefresh':
      return startRefresh(command, state);
    case 'RecordRefreshed':
      return recordRefreshed(command, state);
    case 'RecordRefreshFailure':
      return recordRefreshFailure(command, state);
    case 'RequireReauthorization':
      return requireReauthorization(command, state);
    case 'RecordProfile':
      return recordProfile(command, state);
    case 'RecordScopes':
      return recordScopes(command, state);
    case 'Disconnect':
      return disconnect(command, state);
    case 'IgnoreRevocation':
      return ignoreRevocation(command, state);
    case 'ErasePersonalData':
      return erasePersonalData(command, state);
  }
};

export const connectionDecider: Decider<ConnectionState, ConnectionCommand, ConnectionEvent, ConnectionRejection> = {
  initial,
  decide,
  evolve,
};
