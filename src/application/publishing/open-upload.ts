import { err, ok, type Result } from 'neverthrow';
import { scopeOfMode } from '../../domain/connection/request-publish.ts';
import type { ChunkPlan } from '../../domain/publication/chunk-plan.ts';
import type { Opening, Waiting } from '../../domain/publication/state.ts';
import { transferOf } from '../../domain/publication/request.ts';
import type { AttemptId } from '../../domain/values/ids.ts';
import { millisOf, plusMillis, type Instant } from '../../domain/values/instant.ts';
import { secret } from '../../domain/values/secret.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import { execute } from '../execution/execute.ts';
import type { HeldKey } from '../ports/sealer.ts';
import type { PhotoStart, Started, VideoStart } from '../ports/tiktok-publishing.ts';
import type { TikTokFailure } from '../ports/tiktok.ts';
import { freshAccessToken, type FreshToken } from '../tokens/fresh-access-token.ts';
import type { WorkOutcome } from '../work/work-handler.ts';
import { renewToken, tokenLivesMillis } from './creator.ts';
import { codeOf, openingOutcome } from './opening-outcome.ts';
import { contentContext, uploadUrlField, type PublishContent } from './publish-content.ts';
import { outcomeOf, record, recordForGood, retry, type SagaPorts, type Step } from './publish-saga.ts';
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

/** Everything that the answer will need is at hand before TikTok is asked. */
const prepare = async (ports: SagaPorts, step: Step, state: Waiting | Opening, content: PublishContent): Promise<Result<Prepared, NotNow>> => {
  const { connectionId, life } = state;
  const token = await freshAccessToken(ports, step.context, connectionId, tokenLivesMillis);
  if (token.isErr()) {
    if (token.error.kind === 'NotConnected' || token.error.kind === 'ConnectionNotFound') return err({ kind: 'fail', reason: 'not_connected' });
    if (token.error.kind === 'ReauthorizationNeeded') return err({ kind: 'wait', reason: 'reauthorization_required', afterMillis: consentMillis });
    return err({ kind: 'wait', reason: 'tiktok_unavailable', afterMillis: brieflyMillis });
  }
  if (!token.value.scopes.includes(scopeOfMode[state.request.mode])) return err({ kind: 'fail', reason: 'missing_scope' });
  const plan = await planOf(ports, state);
  if (plan.isErr()) return err(plan.error);
  const { purpose } = contentContext(connectionId, life, step.id);
  const key = await ports.sealer.hold({ connectionId, life, purpose });
  if (key.isErr())
    return err(key.error.kind === 'Unavailable' ? { kind: 'wait', reason: 'storage_unavailable', afterMillis: brieflyMillis } : { kind: 'fail', reason: 'erased' });
  return ok({ token: token.value, key: key.value, start: startOf(state, content, plan.value), plan: plan.value });
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

const keepStarted = async (ports: SagaPorts, step: Step, attemptId: AttemptId, { key, plan }: Prepared, started: Started, at: Instant): Promise<WorkOutcome> => {
  const { publishId, uploadUrl, logId } = started;
  const upload =
    plan === null || uploadUrl === null ? null : { url: key.seal(uploadUrlField(step.id), uploadUrl), expiresAt: plusMillis(at, uploadUrlMillis), plan };
  const recorded = await recordForGood(ports, step, `opened-${attemptId}`, { type: 'RecordOpened', attemptId, publishId, upload, logId, at });
  return outcomeOf(recorded);
};

const keepFailure = async (ports: SagaPorts, step: Step, state: Waiting | Opening, attemptId: AttemptId, { token }: Prepared, failure: TikTokFailure, at: Instant): Promise<WorkOutcome> => {
  const { code, logId } = codeOf(failure);
  const outcome = openingOutcome(failure, at);
  const recorded = await recordForGood(ports, step, `opening-failed-${attemptId}`, { type: 'RecordOpeningFailure', attemptId, outcome, code, logId, at });
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
const takeQuotas = async (ports: SagaPorts, { id }: Step, { connectionId, request }: Waiting | Opening, attemptId: AttemptId) => {
  const daily = await ports.quotas.take(id, [dailyQuota(connectionId, request.mode)]);
  return daily.isErr() || daily.value.kind === 'Exhausted' ? daily : ports.quotas.take(attemptId, [startQuota(connectionId)]);
};

/**
 * Asks TikTok to begin, behind the fence of `UploadOpening`: over all replicas one caller at a time, and for a pull once
 * for ever. The answer is stored before a byte is sent.
 */
export const openUpload = async (ports: SagaPorts, step: Step, state: Waiting | Opening, content: PublishContent, now: Instant): Promise<WorkOutcome> => {
  const closed = ports.gate.closed();
  // Once its pause has passed somebody must try: refreshes alone may not come for hours.
  if (closed !== null && closed.retryAfterMillis > leastPauseMillis) return notNow(ports, step, state, { kind: 'wait', reason: 'tiktok_unavailable', afterMillis: closed.retryAfterMillis }, now);
  const prepared = await prepare(ports, step, state, content);
  if (prepared.isErr()) return notNow(ports, step, state, prepared.error, now);
  const attemptId = ports.ids.attemptId();
  const quota = await takeQuotas(ports, step, state, attemptId);
  if (quota.isErr()) return retry(brieflyMillis, quota.error.reason);
  if (quota.value.kind === 'Exhausted') {
    const { freeAt, quota: exhausted } = quota.value;
    const reason = exhausted.windowMillis > 60_000 ? 'daily_limit' : 'rate_limit';
    return outcomeOf(await record(ports, step, `quota-${freeAt}`, { type: 'Defer', reason, notBefore: freeAt, at: now }));
  }

  let begunAt = ports.clock.monotonicMillis();
  const opening = await execute(ports, publicationAggregate, step.context, step.id, `opening-${attemptId}`, async () => {
    // Taken first: whatever is slow from here on must not let the call outlast the fence.
    begunAt = ports.clock.monotonicMillis();
    const at = await ports.databaseClock.now();
    return at.map((moment) => ({ type: 'OpenUpload', attemptId, at: moment }) as const);
  });
  if (opening.isErr()) return outcomeOf(opening);
  if (!opening.value.events.some(({ event }) => event.type === 'UploadOpening')) return outcomeOf(opening);
  const started = await call(ports, prepared.value, begunAt);
  const at = ports.clock.now();
  return started.isOk()
    ? keepStarted(ports, step, attemptId, prepared.value, started.value, at)
    : keepFailure(ports, step, state, attemptId, prepared.value, started.error, at);
};
