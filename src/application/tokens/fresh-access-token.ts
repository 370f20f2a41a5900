import { err, ok, type Result } from 'neverthrow';
import type { Active, ConnectionState } from '../../domain/connection/state.ts';
import type { ConnectionId, OpenId } from '../../domain/values/ids.ts';
import { millisOf, type Instant } from '../../domain/values/instant.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import type { Secret } from '../../domain/values/secret.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { load, type Loaded, type LoadFailure } from '../execution/load.ts';
import { unavailable } from '../failures.ts';
import { profileFromText } from '../reading/profile.ts';
import { requireConsentForLostKey, whyUnopened } from './lost-key.ts';
import { refreshTokens, type RefreshFailure, type RefreshNeed, type RefreshPorts } from './refresh-tokens.ts';

export type AccessToken = Readonly<{
  token: Secret<string>;
  expiresAt: Instant;
  scopes: readonly Scope[];
  openId: OpenId | null;
  /** The revision of the stream it was read at: nothing newer stood there. */
  revision: number;
}>;

/** Names the set it is of, so that a refusal of TikTok can be told apart from one of an older token. */
export type FreshToken = AccessToken & Readonly<{ tokenSet: number }>;

export interface FreshTokenPorts extends RefreshPorts {
  /** Refreshes under way in this process, by connection: callers of one connection share one. */
  readonly underWay: Map<ConnectionId, Promise<Result<ConnectionState, RefreshFailure>>>;
}

/** Those who wait for another's refresh give up after this. */
export const waitLimitMillis = 15_000;
const firstLookMillis = 25;
const longestLookMillis = 400;

const refreshTogether = (
  ports: FreshTokenPorts,
  context: CommandContext,
  id: ConnectionId,
  need: RefreshNeed,
): Promise<Result<ConnectionState, RefreshFailure>> => {
  const running = ports.underWay.get(id);
  if (running !== undefined) return running;
  const refreshing = refreshTokens(ports, context, id, need).finally(() => ports.underWay.delete(id));
  ports.underWay.set(id, refreshing);
  return refreshing;
};

/** Waits, at most so long, for whatever the promise brings. Nothing is left asleep, which would keep a stopped process alive. */
const orGiveUp = async <Value>(ports: FreshTokenPorts, work: Promise<Value>, millis: number): Promise<Value | null> => {
  const enough = new AbortController();
  try {
    return await Promise.race([work, ports.clock.sleep(Math.max(0, millis), enough.signal).then(() => null)]);
  } finally {
    enough.abort();
  }
};

/** What somebody else's attempt came to; null when it has no end yet. */
const endedSince = (state: ConnectionState, attempt: string): Result<ConnectionState, RefreshFailure> | null => {
  if (state.status === 'reauthorization_required') return err({ kind: 'ReauthorizationNeeded', reason: state.reason });
  if (state.status !== 'active') return err({ kind: 'NotConnected' });
  return state.refreshing.open === attempt ? null : ok(state);
};

const waitForOther = async (
  ports: FreshTokenPorts,
  id: ConnectionId,
  attempt: string,
  until: number,
): Promise<Result<ConnectionState, RefreshFailure> | null> => {
  for (let pause = firstLookMillis; ports.clock.monotonicMillis() < until; pause = Math.min(pause * 2, longestLookMillis)) {
    await ports.clock.sleep(pause);
    const loaded = await load(ports.eventStore, connectionAggregate, id);
    if (loaded.isErr()) return err(loaded.error);
    const outcome = endedSince(loaded.value.state, attempt);
    if (outcome !== null) return outcome;
  }
  return null;
};

const tooLong = unavailable('tiktok', 'a refresh in progress takes too long');

/**
 * Makes sure that the tokens were refreshed as `need` says: by this caller, by another of this process, or by another
 * replica, whose outcome is waited for and read.
 */
export const ensureRefreshed = async (
  ports: FreshTokenPorts,
  context: CommandContext,
  id: ConnectionId,
  need: RefreshNeed,
): Promise<Result<ConnectionState, RefreshFailure>> => {
  const until = ports.clock.monotonicMillis() + waitLimitMillis;
  const own = await orGiveUp(ports, refreshTogether(ports, context, id, need), until - ports.clock.monotonicMillis());
  if (own === null) return err(tooLong);
  if (own.isOk() || own.error.kind !== 'RefreshInProgress') return own;
  return (await waitForOther(ports, id, own.error.attemptId, until)) ?? err(tooLong);
};

/** Whether a failure leaves the token that is at hand as good as it was. */
const passes = ({ kind }: RefreshFailure): boolean =>
  kind === 'TikTokFailed' || kind === 'RefreshInDoubt' || kind === 'ProviderClosed' || kind === 'RefreshInProgress' || kind === 'Unavailable';

const open = async (
  ports: FreshTokenPorts,
  context: CommandContext,
  id: ConnectionId,
  state: Active,
  revision: number,
): Promise<Result<FreshToken, RefreshFailure>> => {
  const inLife = { connectionId: id, life: state.life } as const;
  const opened = await ports.sealer.openAll([
    { context: { ...inLife, purpose: 'tokens', field: 'access_token' }, sealed: state.tokens.access },
    { context: { ...inLife, purpose: 'profile', field: 'profile' }, sealed: state.profile },
  ]);
  if (opened.isErr()) return err(opened.error);
  const [token, profile] = opened.value;
  if (token === undefined) return err({ kind: 'TokensLost' });
  if (token.isErr()) {
    const why = whyUnopened(token.error);
    return err(why.kind === 'TokenKeyLost' ? await requireConsentForLostKey(ports, context, id) : why);
  }
  const openId = profile?.isOk() === true ? profileFromText(profile.value.reveal()).open_id : null;
  const { accessTokenExpiresAt: expiresAt, scopes, refreshing } = state;
  return ok({ token: token.value, expiresAt, scopes, openId, revision, tokenSet: refreshing.tokenSet });
};

/** A connection as it stood, at the earliest, at a moment of the database's clock. */
export type ConnectionAt = Readonly<{ connection: Loaded<ConnectionState>; now: Instant }>;

/** Both with one question each, which others of this turn share. */
export const lookAtConnection = async (ports: Pick<FreshTokenPorts, 'eventStore' | 'databaseClock'>, id: ConnectionId): Promise<Result<ConnectionAt, LoadFailure>> => {
  const [now, connection] = await Promise.all([ports.databaseClock.now(), load(ports.eventStore, connectionAggregate, id)]);
  if (now.isErr()) return err(now.error);
  return connection.map((loaded) => ({ connection: loaded, now: now.value }));
};

/**
 * An access token that lives at least so long, refreshed first when it does not. What was just refreshed is handed out
 * however long it lives; when a refresh fails in passing the old one is, while it lives.
 * @param minValidityMillis 0 to 3,600,000
 * @param seen just now, so that it need not be looked at again
 */
export const freshAccessToken = async (
  ports: FreshTokenPorts,
  context: CommandContext,
  id: ConnectionId,
  minValidityMillis: number,
  seen: ConnectionAt | null = null,
): Promise<Result<FreshToken, RefreshFailure>> => {
  const before = seen === null ? await lookAtConnection(ports, id) : ok(seen);
  if (before.isErr()) return err(before.error);
  const { connection, now } = before.value;
  const { state, head } = connection;
  if (state.status === 'none') return err({ kind: 'ConnectionNotFound' });
  if (state.status === 'disconnected') return err({ kind: 'NotConnected' });
  if (state.status === 'reauthorization_required') return err({ kind: 'ReauthorizationNeeded', reason: state.reason });
  const left = millisOf(state.accessTokenExpiresAt) - millisOf(now);
  if (left >= Math.max(1, minValidityMillis)) return open(ports, context, id, state, head.revision);

  const refreshed = await ensureRefreshed(ports, context, id, { kind: 'validity', millis: minValidityMillis });
  if (refreshed.isErr() && !(passes(refreshed.error) && left > 0)) return err(refreshed.error);
  // Read anew: between the refresh and here a newer token or an end may have come.
  const after = await load(ports.eventStore, connectionAggregate, id);
  if (after.isErr()) return err(after.error);
  const latest = after.value.state;
  if (latest.status === 'reauthorization_required') return err({ kind: 'ReauthorizationNeeded', reason: latest.reason });
  if (latest.status !== 'active') return err({ kind: 'NotConnected' });
  return open(ports, context, id, latest, after.value.head.revision);
};
