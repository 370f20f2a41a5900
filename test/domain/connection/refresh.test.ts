import { describe, it } from 'vitest';
import type { RecordRefreshed, RecordRefreshFailure, StartRefresh } from '../../../src/domain/connection/commands.ts';
import { attemptMillis, connectionDecider } from '../../../src/domain/connection/decide.ts';
import type { ConnectionEvent } from '../../../src/domain/connection/events.ts';
import { attemptId } from '../../../src/domain/values/ids.ts';
import { plusMillis, type Instant } from '../../../src/domain/values/instant.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';
import {
  connected,
  disconnected,
  reauthorizationRequired,
  refreshFailed,
  refreshStarted,
  tokensRefreshed,
} from '../../support/sample-events.ts';
import { specificationOf } from '../given.ts';
import { ada, basic, bob, connect, minute } from './commands.ts';

const given = specificationOf(connectionDecider);
const first = attemptId('attempt 1');
const second = attemptId('attempt 2');
const expiry = minute(30);
const alive = connected({ userId: ada, connectedAt: minute(0), accessTokenExpiresAt: expiry, refreshTokenExpiresAt: minute(50), scopes: [basic] });
const begun = (changes: Parameters<typeof refreshStarted>[0] = {}) =>
  refreshStarted({ attemptId: first, startedAt: minute(31), deadline: plusMillis(minute(31), attemptMillis), ...changes });

const start = (changes: Partial<StartRefresh> = {}): StartRefresh => ({
  type: 'StartRefresh',
  life: 1,
  attemptId: first,
  need: { kind: 'validity', millis: 60_000 },
  at: minute(31),
  ...changes,
});

const answer = (changes: Partial<RecordRefreshed> = {}): RecordRefreshed => {
  const { refreshedAt: _, ...data } = tokensRefreshed({ accessTokenExpiresAt: minute(59) }).data;
  return { type: 'RecordRefreshed', ...data, at: minute(32), ...changes };
};

const failure = (changes: Partial<RecordRefreshFailure> = {}): RecordRefreshFailure => ({
  type: 'RecordRefreshFailure',
  life: 1,
  attemptId: first,
  outcome: 'refused',
  code: 'invalid_grant',
  logId: null,
  at: minute(32),
  ...changes,
});

const refreshedBy = (command: RecordRefreshed): ConnectionEvent => {
  const { type: _, at, ...data } = command;
  return { type: 'TokensRefreshed', data: { ...data, refreshedAt: at } };
};

describe('starting a refresh', () => {
  it('writes the fence, with its deadline, before anybody calls TikTok', () => given(alive).when(start()).then(begun()));
  it('does nothing for a token that lives as long as asked', () => given(alive).when(start({ at: minute(28) })).thenNothing());
  it('happens for a living token when it is forced', () =>
    given(alive)
      .when(start({ at: minute(1), need: { kind: 'forced' } }))
      .then(begun({ startedAt: minute(1), deadline: plusMillis(minute(1), attemptMillis) })));
  it('is not repeated for a token that never lives as long as asked', () =>
    given(alive)
      .when(start({ at: minute(14), need: { kind: 'validity', millis: 3_600_000 } }))
      .thenNothing());
  it('waits for another that is under way', () => {
    const other = begun({ attemptId: second });
    given(alive, other).when(start()).thenRejected({ kind: 'RefreshInProgress', attemptId: second, deadline: other.data.deadline });
  });
  it('again by the same attempt is a no-op', () => given(alive, begun()).when(start()).thenNothing());
  it('probes once an attempt has passed its deadline without an end', () =>
    given(alive, begun())
      .when(start({ attemptId: second, at: minute(33) }))
      .then(begun({ attemptId: second, probe: true, startedAt: minute(33), deadline: plusMillis(minute(33), attemptMillis) })));
  it('in doubt leaves the access token in use while it lives', () =>
    given(alive, begun({ startedAt: minute(1), deadline: minute(2) }))
      .when(start({ attemptId: second, at: minute(3), need: { kind: 'forced' } }))
      .thenRejected({ kind: 'RefreshInDoubt', notBefore: expiry }));
  it('probes with growing pauses', () => {
    const lost = refreshFailed({ class: 'unknown_outcome', failures: 3, failedAt: minute(32) });
    given(alive, begun(), lost)
      .when(start({ attemptId: second, at: plusMillis(minute(32), 10_000) }))
      .thenRejected({ kind: 'RefreshInDoubt', notBefore: plusMillis(minute(32), 40_000) });
  });
  it('is refused where only a consent helps', () =>
    given(alive, begun(), reauthorizationRequired()).when(start({ attemptId: second })).thenRejected({ kind: 'ReauthorizationNeeded', reason: 'refresh_rejected' }));
  it('is refused once disconnected', () => given(alive, disconnected()).when(start()).thenRejected({ kind: 'NotConnected' }));
  it('is refused for a life that is over', () =>
    given(alive, disconnected(), connected({ life: 2, userId: bob })).when(start()).thenRejected({ kind: 'LifeIsOver', life: 1 }));
});

describe('an access token that TikTok refuses before its stated end', () => {
  const refused = { kind: 'refused', tokenSet: 1 } as const;
  const until = (moment: Instant) => plusMillis(moment, attemptMillis);
  const ended = begun({ startedAt: minute(1), deadline: until(minute(1)), accessTokenRefused: true });

  it('is renewed at once, and ends with that', () => given(alive).when(start({ at: minute(1), need: refused })).then(ended));
  it('in doubt begins the probe, whatever its stated end', () =>
    given(alive, begun({ startedAt: minute(1), deadline: minute(2) }))
      .when(start({ attemptId: second, at: minute(3), need: refused }))
      .then(begun({ attemptId: second, probe: true, startedAt: minute(3), deadline: until(minute(3)), accessTokenRefused: true })));
  it('in doubt is probed with growing pauses, too', () => {
    const lost = refreshFailed({ class: 'unknown_outcome', failures: 1, failedAt: minute(2) });
    given(alive, begun({ startedAt: minute(1), deadline: minute(2) }), lost)
      .when(start({ attemptId: second, at: plusMillis(minute(2), 9_000), need: refused }))
      .thenRejected({ kind: 'RefreshInDoubt', notBefore: plusMillis(minute(2), 10_000) });
  });
  it('is asked about by one caller at a time', () =>
    given(alive, ended)
      .when(start({ attemptId: second, at: minute(1), need: refused }))
      .thenRejected({ kind: 'RefreshInProgress', attemptId: first, deadline: ended.data.deadline }));
  it('is nothing new once other tokens have replaced it', () =>
    given(alive, begun(), refreshedBy(answer())).when(start({ attemptId: second, need: refused })).thenNothing());
  it('is nothing new after its end', () => given(alive).when(start({ need: refused })).then(begun()));
  it('does not come to life again when the refresh fails', () =>
    given(alive, ended, refreshFailed({ failedAt: minute(1) }))
      .when(start({ attemptId: second, at: minute(2), need: { kind: 'validity', millis: 0 } }))
      .then(begun({ attemptId: second, startedAt: minute(2), deadline: until(minute(2)) })));
});

describe('an answer of TikTok', () => {
  it('replaces the tokens', () => given(alive, begun()).when(answer()).then(refreshedBy(answer())));
  it('is written once', () => given(alive, begun(), refreshedBy(answer())).when(answer()).thenNothing());
  it('that came late is kept while it is the newest', () =>
    given(alive, begun(), begun({ attemptId: second, probe: true })).when(answer()).then(refreshedBy(answer())));
  it('that came late heals a connection whose answer was taken for lost', () =>
    given(alive, begun(), begun({ attemptId: second, probe: true }), reauthorizationRequired({ attemptId: second, reason: 'response_lost' }))
      .when(answer())
      .then(refreshedBy(answer())));
  it('that is older than the newest is dropped', () =>
    given(alive, begun(), begun({ attemptId: second, probe: true }), refreshedBy(answer({ attemptId: second })))
      .when(answer())
      .thenRejected({ kind: 'AnswerSuperseded', attemptId: first }));
  it('from before a new consent is dropped', () =>
    given(alive, begun(), connected({ userId: ada, tokens: { access: sealed('newer access'), refresh: sealed('newer refresh') } }))
      .when(answer())
      .thenRejected({ kind: 'AnswerSuperseded', attemptId: first }));
  it('after the end of the life is refused, so that it can be given back', () =>
    given(alive, begun(), disconnected()).when(answer()).thenRejected({ kind: 'NotConnected' }));
  it('with other scopes says which came and went', () => {
    const wider = answer({ scopes: [basic, scope('video.list')] });
    given(alive, begun())
      .when(wider)
      .then(refreshedBy(wider), {
        type: 'ScopesChanged',
        data: { life: 1, scopes: wider.scopes, added: [scope('video.list')], removed: [], observedAt: minute(32) },
      });
  });
  it('without the basic scope needs a new consent', () => {
    const narrow = answer({ scopes: [scope('video.list')] });
    given(alive, begun())
      .when(narrow)
      .then(
        refreshedBy(narrow),
        { type: 'ScopesChanged', data: { life: 1, scopes: narrow.scopes, added: narrow.scopes, removed: [basic], observedAt: minute(32) } },
        reauthorizationRequired({ attemptId: null, reason: 'scope_lost', code: null, requiredAt: minute(32) }),
      );
  });
});

describe('a failed refresh', () => {
  it.each(['transient', 'unknown_outcome', 'configuration'] as const)('of class %s ends nothing', (outcome) =>
    given(alive, begun())
      .when(failure({ outcome, code: null }))
      .then(refreshFailed({ class: outcome, code: null, failedAt: minute(32) })));
  it('that TikTok refused asks for consent', () =>
    given(alive, begun()).when(failure()).then(reauthorizationRequired({ requiredAt: minute(32) })));
  it('that TikTok refused after the refresh token had ended says so', () =>
    given(alive, begun())
      .when(failure({ at: minute(51) }))
      .then(reauthorizationRequired({ reason: 'refresh_token_expired', requiredAt: minute(51) })));
  it('of a probe says that an answer was lost', () =>
    given(alive, begun(), begun({ attemptId: second, probe: true }))
      .when(failure({ attemptId: second }))
      .then(reauthorizationRequired({ attemptId: second, reason: 'response_lost', requiredAt: minute(32) })));
  it('says nothing against tokens that came in between', () =>
    given(alive, begun(), begun({ attemptId: second, probe: true }), refreshedBy(answer()))
      .when(failure({ attemptId: second }))
      .then(refreshFailed({ attemptId: second, class: 'transient', code: 'invalid_grant', failedAt: minute(32) })));
  it('is written once', () => given(alive, begun(), refreshFailed()).when(failure({ outcome: 'transient' })).thenNothing());
});

describe('a connection that needs consent', () => {
  const waiting = [alive, begun(), reauthorizationRequired()] as const;
  it('is healed by its user in the same life', () => {
    const again = connect({ authorizationId: alive.data.authorizationId, userId: ada, at: minute(40) });
    const { type: _, at: __, ...data } = again;
    given(...waiting).when({ ...again, authorizationId: attempt2 }).then(connected({ ...data, authorizationId: attempt2, connectedAt: minute(0) }));
  });
  it('stays linked to its user', () => given(...waiting).when(connect({ userId: bob })).thenRejected({ kind: 'AccountLinkedToAnotherUser' }));
});

const attempt2 = connect({}).authorizationId;
