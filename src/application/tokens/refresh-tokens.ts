import { err, ok, type Result } from 'neverthrow';
import type { RecordRefreshed, StartRefresh } from '../../domain/connection/commands.ts';
import type { ConnectionState } from '../../domain/connection/state.ts';
import type { AttemptId, ConnectionId } from '../../domain/values/ids.ts';
import { plusMillis, type Instant } from '../../domain/values/instant.ts';
import type { Secret } from '../../domain/values/secret.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import { appendForGood } from '../execution/append-for-good.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { behind, execute, type Executed, type ExecutionPorts } from '../execution/execute.ts';
import type { Loaded } from '../execution/load.ts';
import { profileFromText } from '../reading/profile.ts';
import type { DatabaseClock } from '../ports/database-clock.ts';
import type { ProjectionProgress } from '../ports/projection-progress.ts';
import type { HeldKey, Sealer } from '../ports/sealer.ts';
import type { RefreshAnswer, TikTokAuthorization, TikTokFailure, TikTokTokens } from '../ports/tiktok.ts';
import type { Unavailable } from '../failures.ts';
import { requireConsentForLostKey, whyUnopened, type TokenKeyLost } from './lost-key.ts';
import type { ProviderGate } from './provider-gate.ts';
import type { RefreshFailure, TokensLost } from './refresh-failure.ts';

export type { RefreshFailure, TikTokFailed, TokensLost } from './refresh-failure.ts';

export interface RefreshPorts extends ExecutionPorts {
  readonly sealer: Sealer;
  readonly tiktok: TikTokTokens & Pick<TikTokAuthorization, 'revoke'>;
  readonly databaseClock: DatabaseClock;
  readonly gate: ProviderGate;
  readonly progress: ProjectionProgress;
}

/** An answer is worth waiting for no longer than this from the append of the start; later the attempt is abandoned. */
const callWithinMillis = 15_000;
const revokeLimitMillis = 5_000;
const projectionWaitMillis = 2_000;

type InHand = Readonly<{ key: HeldKey; refreshToken: Secret<string>; openId: string | null; refreshSealed: RecordRefreshed['tokens']['refresh'] }>;

/** Everything the answer will need is fetched before TikTok is called: from then on nothing may be missing. */
const takeInHand = async (ports: RefreshPorts, id: ConnectionId, state: ConnectionState): Promise<Result<InHand | null, TokensLost | TokenKeyLost | Unavailable>> => {
  if (state.status !== 'active') return ok(null);
  const slot = { connectionId: id, life: state.life } as const;
  const held = await ports.sealer.holdAll([
    { ...slot, purpose: 'tokens' },
    { ...slot, purpose: 'profile' },
  ]);
  if (held.isErr()) return err(held.error);
  const [key, profileKey] = held.value;
  if (key === undefined) return err({ kind: 'TokensLost' });
  if (key.isErr()) return err(whyUnopened(key.error));
  const refreshToken = key.value.open('refresh_token', state.tokens.refresh);
  if (refreshToken.isErr()) return err(whyUnopened(refreshToken.error));
  const profile = profileKey?.isOk() === true ? profileKey.value.open('profile', state.profile) : null;
  const openId = profile?.isOk() === true ? profileFromText(profile.value.reveal()).open_id : null;
  return ok({ key: key.value, refreshToken: refreshToken.value, openId, refreshSealed: state.tokens.refresh });
};

export type RefreshNeed = StartRefresh['need'];

type Prepared = Readonly<{ life: number; inHand: InHand; begunAt: number }>;
type Won = Prepared & Readonly<{ attemptId: AttemptId; from: Loaded<ConnectionState> | null }>;

/** Elects one caller over all replicas: the append of the start, behind the very revision that was decided on. */
const win = async (
  ports: RefreshPorts,
  context: CommandContext,
  id: ConnectionId,
  need: RefreshNeed,
): Promise<Result<Executed<ConnectionState> & Readonly<{ won: Won | null }>, RefreshFailure | TokenKeyLost>> => {
  const attemptId = ports.ids.attemptId();
  let prepared: Prepared | null = null;
  const executed = await execute(ports, connectionAggregate, context, id, `refresh-start-${attemptId}`, async (state) => {
    // Taken before anything that may be slow: the call must have ended when the fence does.
    const begunAt = ports.clock.monotonicMillis();
    const at = await ports.databaseClock.now();
    if (at.isErr()) return err(at.error);
    const inHand = await takeInHand(ports, id, state);
    if (inHand.isErr()) return err(inHand.error);
    const life = state.status === 'none' ? 0 : state.life;
    prepared = inHand.value === null ? null : { life, inHand: inHand.value, begunAt };
    return ok({ type: 'StartRefresh', life, attemptId, need, at: at.value } as const);
  });
  return executed.map((outcome) => ({
    ...outcome,
    won: prepared === null || outcome.events.length === 0 ? null : { attemptId, from: behind(outcome), ...prepared },
  }));
};

const outcomeOf = (failure: TikTokFailure): 'transient' | 'unknown_outcome' | 'configuration' | 'refused' => {
  switch (failure.kind) {
    case 'TikTokRefused':
      return failure.tiktok.code === 'invalid_grant' ? 'refused' : 'configuration';
    case 'TikTokMisconfigured':
      return 'configuration';
    case 'TikTokTransient':
      return 'transient';
    case 'TikTokUnclear':
      return 'unknown_outcome';
  }
};

const wordsOf = (failure: TikTokFailure): Readonly<{ code: string | null; logId: string | null }> => {
  switch (failure.kind) {
    case 'TikTokRefused':
    case 'TikTokMisconfigured':
      return { code: failure.tiktok.code, logId: failure.tiktok.logId };
    case 'TikTokTransient':
      return { code: failure.tiktok?.code ?? null, logId: failure.tiktok?.logId ?? null };
    case 'TikTokUnclear':
      return { code: null, logId: failure.logId };
  }
};

/** Tokens that came after their life had ended are of no use to anyone: the grant is given back, unless a newer life uses it. */
const revokeOrphan = async (ports: RefreshPorts, state: ConnectionState, answer: RefreshAnswer): Promise<void> => {
  if (state.status !== 'disconnected') return;
  await ports.tiktok.revoke(answer.accessToken, revokeLimitMillis).unwrapOr(undefined);
};

/** Who asked reads the connection next. */
const shown = async (ports: RefreshPorts, { checkpoint }: Executed<ConnectionState>): Promise<void> => {
  if (checkpoint !== null) await ports.progress.waitFor(checkpoint, projectionWaitMillis);
};

/** A refresh token that stays in use keeps its end; a new one without an end has none that we know of. */
const refreshEndOf = (state: ConnectionState, { refreshToken }: RefreshAnswer): Instant | null => {
  const stays = refreshToken === null && (state.status === 'active' || state.status === 'reauthorization_required');
  return stays ? state.refreshTokenExpiresAt : null;
};

const keepAnswer = async (
  ports: RefreshPorts,
  context: CommandContext,
  id: ConnectionId,
  { attemptId, life, inHand, from }: Won,
  answer: RefreshAnswer,
): Promise<Result<ConnectionState, RefreshFailure>> => {
  const { key, refreshSealed } = inHand;
  const refresh = answer.refreshToken === null ? refreshSealed : key.seal('refresh_token', answer.refreshToken);
  const tokens = { access: key.seal('access_token', answer.accessToken), refresh };
  const receivedAt = ports.clock.monotonicMillis();
  let seen: ConnectionState = { status: 'none' };
  const command = async (state: ConnectionState): Promise<Result<RecordRefreshed, Unavailable>> => {
    seen = state;
    const now = await ports.databaseClock.now();
    // Lifetimes count from TikTok's answer, however long the append had to wait.
    const passed = receivedAt - ports.clock.monotonicMillis();
    const { expiresIn, refreshExpiresIn, scopes } = answer;
    return now.map((at): RecordRefreshed => {
      const end = (seconds: number): Instant => plusMillis(at, passed + seconds * 1_000);
      const refreshTokenExpiresAt = refreshExpiresIn === null ? refreshEndOf(state, answer) : end(refreshExpiresIn);
      return { type: 'RecordRefreshed', life, attemptId, tokens, scopes, accessTokenExpiresAt: end(expiresIn), refreshTokenExpiresAt, at };
    });
  };
  const kept = await appendForGood(ports.clock, () => execute(ports, connectionAggregate, context, id, `refresh-end-${attemptId}`, command, from));
  if (kept.isErr()) await revokeOrphan(ports, seen, answer);
  if (kept.isOk()) await shown(ports, kept.value);
  return kept.map(({ state }) => state);
};

const keepFailure = (ports: RefreshPorts, context: CommandContext, id: ConnectionId, { attemptId, life, from }: Won, failure: TikTokFailure) => {
  const command = async () => {
    const now = await ports.databaseClock.now();
    const outcome = outcomeOf(failure);
    return now.map((at) => ({ type: 'RecordRefreshFailure', life, attemptId, outcome, ...wordsOf(failure), at }) as const);
  };
  return appendForGood(ports.clock, () => execute(ports, connectionAggregate, context, id, `refresh-end-${attemptId}`, command, from));
};

const abandoned: TikTokFailure = { kind: 'TikTokTransient', tiktok: null, reason: 'the start of the refresh took too long to be stored' };
const anotherAccount: TikTokFailure = { kind: 'TikTokUnclear', reason: 'TikTok answered with the tokens of another account', logId: null };

const callTikTok = async (ports: RefreshPorts, { inHand, begunAt }: Won): Promise<Result<RefreshAnswer, TikTokFailure>> => {
  if (ports.clock.monotonicMillis() - begunAt > callWithinMillis) return err(abandoned);
  const answer = await ports.tiktok.refresh(inHand.refreshToken);
  if (answer.isOk() && inHand.openId !== null && answer.value.openId !== inHand.openId) return err(anotherAccount);
  return answer;
};

/**
 * Refreshes the tokens of a connection once, unless they live long enough or somebody else is at it. Never two calls of
 * TikTok at a time for one connection, over all replicas. Answers the state afterwards.
 */
export const refreshTokens = async (
  ports: RefreshPorts,
  context: CommandContext,
  id: ConnectionId,
  need: RefreshNeed,
): Promise<Result<ConnectionState, RefreshFailure>> => {
  const closed = ports.gate.enter();
  if (closed !== null) return err(closed);
  const started = await win(ports, context, id, need);
  if (started.isErr()) {
    ports.gate.left();
    return err(started.error.kind === 'TokenKeyLost' ? await requireConsentForLostKey(ports, context, id) : started.error);
  }
  if (started.value.won === null) {
    ports.gate.left();
    return ok(started.value.state);
  }
  const { won } = started.value;
  const answer = await callTikTok(ports, won);
  if (answer.isOk()) {
    ports.gate.succeeded();
    return keepAnswer(ports, context, id, won, answer.value);
  }
  if (answer.error === abandoned) ports.gate.left();
  else ports.gate.failed(answer.error);
  const kept = await keepFailure(ports, context, id, won, answer.error);
  if (kept.isErr()) return err(kept.error);
  await shown(ports, kept.value);
  const { state } = kept.value;
  if (state.status !== 'reauthorization_required') return err({ kind: 'TikTokFailed', failure: answer.error });
  const needed = { kind: 'ReauthorizationNeeded', reason: state.reason } as const;
  return err(answer.error.kind === 'TikTokRefused' ? { ...needed, tiktok: answer.error.tiktok } : needed);
};
