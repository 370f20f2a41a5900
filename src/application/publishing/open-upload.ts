import { err, ok, type Result } from 'neverthrow';
import { scopeOfMode } from '../../domain/connection/request-publish.ts';
import type { ChunkPlan } from '../../domain/publication/chunk-plan.ts';
import type { Opening, PublicationState, Waiting } from '../../domain/publication/state.ts';
import { transferOf } from '../../domain/publication/request.ts';
import type { AttemptId } from '../../domain/values/ids.ts';
import { millisOf, plusMillis, type Instant } from '../../domain/values/instant.ts';
import { secret } from '../../domain/values/secret.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import { behind, execute } from '../execution/execute.ts';
import type { Loaded } from '../execution/load.ts';
import type { HeldKey, NoKey } from '../ports/sealer.ts';
import type { PhotoStart, Started, VideoStart } from '../ports/tiktok-publishing.ts';
import type { TikTokFailure } from '../ports/tiktok.ts';
import { freshAccessToken, type FreshToken } from '../tokens/fresh-access-token.ts';
import type { RefreshFailure } from '../tokens/refresh-tokens.ts';
import type { WorkOutcome } from '../work-lists/work-handler.ts';
import { renewToken, tokenLivesMillis } from './creator.ts';
import { codeOf, openingOutcome } from './opening-outcome.ts';
import { contentContext, openContentWith, uploadUrlField, type PublishContent } from './publish-content.ts';
import { isRecent, lostContent, outcomeOf, record, recordForGood, retry, thenAtOnce, type Recorded, type SagaPorts, type Step } from './publish-saga.ts';
import { dailyQuota, startQuota } from './quotas.ts';

/** An answer is worth waiting for no longer than this from the append of the start; later the start is abandoned. */
const callWithinMillis = 15_000;
/** TikTok's upload addresses live an hour (media transfer guide). */
const uploadUrlMillis = 3_600_000;
const brieflyMillis = 5_000;
/** What a breaker says when its pause has passed and nobody has succeeded yet. */
const leastPauseMillis = 1_000;
const consentMillis = 10 * 60_000;
const longestWaitMillis = 6 * 3_600_000;

/** A tenth of what it has waited so far, so that a long wait is no long history; six hours at most. */
const waitMillis = ({ request, acceptedAt }: Waiting, atLeastMillis: number, now: Instant): number => {
  const waited = millisOf(now) - millisOf(request.scheduleAt ?? acceptedAt);
  return Math.max(atLeastMillis, Math.min(longestWaitMillis, Math.round(waited / 10)));
};

type Prepared = Readonly<{ token: FreshToken; key: HeldKey; start: VideoStart | PhotoStart; plan: ChunkPlan | null }>;
type NotNow = Readonly<{ kind: 'fail'; reason: string }> | Readonly<{ kind: 'wait'; reason: string; afterMillis: number }>;

const startOf = (state: Waiting | Opening, { title, description, urls }: PublishContent, plan: ChunkPlan | null): VideoStart | PhotoStart => {
  const { mode, settings, source } = state.request;
  if (source.type === 'photos') return { kind: 'photo', mode, title, description, settings, urls: urls.map(secret), coverIndex: source.coverIndex };
  const from = plan === null ? ({ kind: 'pull', url: secret(urls[0] ?? '') } as const) : ({ kind: 'upload', plan } as const);
  return { kind: 'video', mode, title, description, settings, source: from };
};

const planOf = async (ports: SagaPorts, { file, request }: Waiting | Opening): Promise<Result<ChunkPlan | null, NotNow>> => {
  if (transferOf(request) === 'pull') return ok(null);
  if (file === null) return err({ kind: 'fail', reason: 'media_gone' });
  const opened = await ports.media.open(file.mediaId);
  if (opened.isOk()) return ok(ports.planChunks(file.bytes));
  return err(opened.error.kind === 'MediaGone' ? { kind: 'fail', reason: 'media_gone' } : { kind: 'wait', reason: 'storage_unavailable', afterMillis: brieflyMillis });
};

const withoutToken = ({ kind }: RefreshFailure): NotNow => {
  if (kind === 'NotConnected' || kind === 'ConnectionNotFound') return { kind: 'fail', reason: 'not_connected' };
  if (kind === 'ReauthorizationNeeded') return { kind: 'wait', reason: 'reauthorization_required', afterMillis: consentMillis };
  return { kind: 'wait', reason: 'tiktok_unavailable', afterMillis: brieflyMillis };
};

const withoutKey = (failure: NoKey): NotNow =>
  failure.kind === 'Unavailable' ? { kind: 'wait', reason: 'storage_unavailable', afterMillis: brieflyMillis } : { kind: 'fail', reason: lostContent(failure) };

/** Everything that the answer will need is at hand before TikTok is asked. Asked for together: what comes together shares statements. */
const prepare = async (ports: SagaPorts, step: Step, state: Waiting | Opening): Promise<Result<Prepared, NotNow>> => {
  const { connectionId, life } = state;
  const context = contentContext(connectionId, life, step.id);
  const [key, token, plan] = await Promise.all([
    ports.sealer.hold(context),
    freshAccessToken(ports, step.context, connectionId, tokenLivesMillis, step.seen),
    planOf(ports, state),
  ]);
  if (key.isErr()) return err(withoutKey(key.error));
  const content = openContentWith(key.value, context, state.request.content);
  if (content.isErr()) return err(withoutKey(content.error));
  if (token.isErr()) return err(withoutToken(token.error));
  if (!token.value.scopes.includes(scopeOfMode[state.request.mode])) return err({ kind: 'fail', reason: 'missing_scope' });
  return plan.map((cut) => ({ token: token.value, key: key.value, start: startOf(state, content.value, cut), plan: cut }));
};

const notNow = async (ports: SagaPorts, step: Step, state: Waiting | Opening, why: NotNow, now: Instant): Promise<WorkOutcome> => {
  if (why.kind === 'fail')
    return outcomeOf(
      await record(ports, step, 'failed', { type: 'Fail', reason: why.reason, retryable: false, bytesMissing: false, logId: null, at: now }),
    );
  if (state.status === 'opening') return retry(why.afterMillis, why.reason);
  const notBefore = plusMillis(now, waitMillis(state, why.afterMillis, now));
  return outcomeOf(await record(ports, step, `deferred-${notBefore}`, { type: 'Defer', reason: why.reason, notBefore, at: now }));
};

/** Sent in about a second, so that whoever has begun it may as well send it. */
const quicklySentBytes = 8_388_608;

type Opened = Readonly<{ attemptId: AttemptId; publication: Loaded<PublicationState>; prepared: Prepared; at: Instant }>;

const keepStarted = async (ports: SagaPorts, step: Step, { attemptId, publication, prepared: { key, plan, token }, at }: Opened, started: Started): Promise<WorkOutcome> => {
  const { publishId, uploadUrl, logId } = started;
  const upload =
    plan === null || uploadUrl === null ? null : { url: key.seal(uploadUrlField(step.id), uploadUrl), expiresAt: plusMillis(at, uploadUrlMillis), plan };
  const recorded = await recordForGood(ports, step, `opened-${attemptId}`, { type: 'RecordOpened', attemptId, publishId, upload, logId, at }, publication);
  const isQuick = recorded.isOk() && recorded.value.state.status === 'uploading' && plan !== null && plan.totalBytes <= quicklySentBytes;
  return isQuick ? thenAtOnce('send_chunks', recorded.value, step, { token, uploadUrl }) : outcomeOf(recorded);
};

const keepFailure = async (ports: SagaPorts, step: Step, state: Waiting | Opening, { attemptId, publication, prepared: { token }, at }: Opened, failure: TikTokFailure): Promise<WorkOutcome> => {
  const { code, logId } = codeOf(failure);
  const outcome = openingOutcome(failure, at);
  const recorded = await recordForGood(ports, step, `opening-failed-${attemptId}`, { type: 'RecordOpeningFailure', attemptId, outcome, code, logId, at }, publication);
  // TikTok takes the token no more though its time has not come; the next start has another.
  if (code === 'access_token_invalid') await renewToken(ports, step.context, state.connectionId, token);
  return outcomeOf(recorded);
};

const abandoned: TikTokFailure = { kind: 'TikTokTransient', tiktok: null, reason: 'the start took too long to be stored' };
const noUploadUrl: TikTokFailure = { kind: 'TikTokUnclear', reason: 'TikTok named no upload address', logId: null };

const call = async (ports: SagaPorts, prepared: Prepared, begunAt: number): Promise<Result<Started, TikTokFailure>> => {
  if (ports.clock.monotonicMillis() - begunAt > callWithinMillis) return err(abandoned);
  const started = await ports.publishing.start(prepared.token.token, prepared.start);
  return started.isOk() && prepared.plan !== null && started.value.uploadUrl === null ? err(noUploadUrl) : started;
};

/** A publication counts once for its day, however often it has to be started; each start counts for its minute. */
const takeQuotas = (ports: SagaPorts, { id }: Step, { connectionId, request }: Waiting | Opening, attemptId: AttemptId) =>
  ports.quotas.take([
    { use: id, quota: dailyQuota(connectionId, request.mode) },
    { use: attemptId, quota: startQuota(connectionId) },
  ]);

type Beginning = Readonly<{ opening: Recorded; begunAt: number }>;

/** Writes the fence. @returns `begunAt` by the monotonic clock, no later than the moment from which the fence counts */
const fenceOff = async (ports: SagaPorts, step: Step, attemptId: AttemptId): Promise<Beginning> => {
  let begunAt = step.beganAt;
  let seen = isRecent(ports, step) ? step.seen.now : null;
  const opening = await execute(
    ports,
    publicationAggregate,
    step.context,
    step.id,
    `opening-${attemptId}`,
    async () => {
      if (seen === null) {
        // Taken first: whatever is slow from here on must not let the call outlast the fence.
        begunAt = ports.clock.monotonicMillis();
        const now = await ports.databaseClock.now();
        if (now.isErr()) return err(now.error);
        seen = now.value;
      }
      const at = seen;
      seen = null;
      return ok({ type: 'OpenUpload', attemptId, at } as const);
    },
    step.publication,
  );
  return { opening, begunAt };
};

/**
 * Asks TikTok to begin, behind the fence of `UploadOpening`: over all replicas one caller at a time, and for a pull once
 * for ever. The answer is stored before a byte is sent.
 */
export const openUpload = async (ports: SagaPorts, step: Step, state: Waiting | Opening, now: Instant): Promise<WorkOutcome> => {
  const closed = ports.gate.closed();
  // Once its pause has passed somebody must try: refreshes alone may not come for hours.
  if (closed !== null && closed.retryAfterMillis > leastPauseMillis) return notNow(ports, step, state, { kind: 'wait', reason: 'tiktok_unavailable', afterMillis: closed.retryAfterMillis }, now);
  const prepared = await prepare(ports, step, state);
  if (prepared.isErr()) return notNow(ports, step, state, prepared.error, now);
  const attemptId = ports.ids.attemptId();
  const quota = await takeQuotas(ports, step, state, attemptId);
  if (quota.isErr()) return retry(brieflyMillis, quota.error.reason);
  if (quota.value.kind === 'Exhausted') {
    const { freeAt, quota: exhausted } = quota.value;
    const reason = exhausted.windowMillis > 60_000 ? 'daily_limit' : 'rate_limit';
    return outcomeOf(await record(ports, step, `quota-${freeAt}`, { type: 'Defer', reason, notBefore: freeAt, at: now }));
  }

  const { opening, begunAt } = await fenceOff(ports, step, attemptId);
  if (opening.isErr()) return outcomeOf(opening);
  const publication = behind(opening.value);
  if (publication?.state.status !== 'opening') return outcomeOf(opening);
  const started = await call(ports, prepared.value, begunAt);
  const opened: Opened = { attemptId, publication, prepared: prepared.value, at: ports.clock.now() };
  return started.isOk() ? keepStarted(ports, step, opened, started.value) : keepFailure(ports, step, state, opened, started.error);
};
