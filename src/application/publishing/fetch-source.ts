import type { Waiting } from '../../domain/publication/state.ts';
import { videoProblems, type PostingProblem } from '../../domain/publication/posting-rules.ts';
import { millisOf, plusMillis, type Instant } from '../../domain/values/instant.ts';
import { secret } from '../../domain/values/secret.ts';
import type { Media, StoreFailure } from '../ports/media-library.ts';
import type { WorkOutcome } from '../work-lists/work-handler.ts';
import { reasonOf } from './problem-reasons.ts';
import { contentContext, openContent } from './publish-content.ts';
import { lostContent, outcomeOf, record, retry, type SagaPorts, type Step } from './publish-saga.ts';

const brieflyMillis = 5_000;
const againMillis = 60_000;
/** An address that cannot be read for so long will not be. */
const patienceMillis = 3_600_000;
const keptMillis = 3 * 24 * 3_600_000;

const fail = async (ports: SagaPorts, step: Step, reason: string, retryable: boolean): Promise<WorkOutcome> =>
  outcomeOf(
    await record(ports, step, 'source-failed', { type: 'Fail', reason, retryable, bytesMissing: false, logId: null, at: ports.clock.now() }),
  );

const wait = async (ports: SagaPorts, step: Step, state: Waiting, reason: string, now: Instant): Promise<WorkOutcome> => {
  const begun = state.request.scheduleAt ?? state.acceptedAt;
  if (millisOf(now) - millisOf(begun) > patienceMillis) return fail(ports, step, reason, true);
  const notBefore = plusMillis(now, againMillis);
  return outcomeOf(await record(ports, step, `source-deferred-${notBefore}`, { type: 'Defer', reason, notBefore, at: now }));
};

const ofFailure = (ports: SagaPorts, step: Step, state: Waiting, failure: StoreFailure, now: Instant): Promise<WorkOutcome> => {
  switch (failure.kind) {
    case 'MediaTooLarge':
      return fail(ports, step, 'video_size', false);
    case 'MediaIncomplete':
    case 'MediaUnreadable':
      return wait(ports, step, state, 'source_unreachable', now);
    case 'StorageFull':
      return wait(ports, step, state, 'storage_full', now);
    case 'Unavailable':
      return Promise.resolve(retry(againMillis, failure.reason));
  }
};

const unreadable: PostingProblem = { kind: 'VideoFormat', detail: 'no video was found' };

/** The same rules as for a file that was uploaded to us; the first problem is the reason. */
const problemOf = ({ video }: Media, state: Waiting): PostingProblem | null => {
  if (video === null) return unreadable;
  return videoProblems(video, state.request.creator)[0] ?? null;
};

/** Brings the file of an address here, through the guard against private addresses, and judges it before anything is sent. */
export const fetchSource = async (
  ports: SagaPorts,
  step: Step,
  state: Waiting,
  now: Instant,
): Promise<WorkOutcome> => {
  const content = await openContent(ports.sealer, contentContext(state.connectionId, state.life, step.id), state.request.content);
  if (content.isErr()) return content.error.kind === 'Unavailable' ? retry(brieflyMillis, content.error.reason) : fail(ports, step, lostContent(content.error), false);
  const [url] = content.value.urls;
  if (url === undefined) return fail(ports, step, 'source_unreachable', false);
  const source = await ports.fetcher.fetch(secret(url), step.signal);
  if (source.isErr()) {
    const { reason, retry: mayHelp } = source.error;
    return mayHelp ? wait(ports, step, state, 'source_unreachable', now) : fail(ports, step, reason, false);
  }
  const { contentType, bytes, body } = source.value;
  const stored = await ports.media.store({ owner: state.userId, contentType, bytes }, body);
  if (stored.isErr()) return ofFailure(ports, step, state, stored.error, now);
  const problem = problemOf(stored.value, state);
  if (problem !== null) {
    // What cannot be removed now goes with its retention.
    await ports.media.remove(stored.value.id).unwrapOr(undefined);
    return fail(ports, step, reasonOf(problem), false);
  }
  const kept = await ports.media.keepUntil(stored.value.id, plusMillis(now, keptMillis));
  if (kept.isErr()) return retry(againMillis, kept.error.reason);
  const { id, bytes: size } = stored.value;
  return outcomeOf(await record(ports, step, 'source-fetched', { type: 'RecordSource', mediaId: id, bytes: size, at: now }));
};
