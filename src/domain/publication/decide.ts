import { err, ok, type Result } from 'neverthrow';
import type { Decider } from '../decider.ts';
import { plusMillis, type Instant } from '../values/instant.ts';
import type {
  Accept,
  Cancel,
  Defer,
  Fail,
  GiveUp,
  OpenUpload,
  PublicationCommand,
  RecordChunks,
  RecordOpened,
  RecordOpeningFailure,
  RecordSource,
} from './commands.ts';
import { bytesOfChunks } from './chunk-plan.ts';
import type { PublicationEvent } from './events.ts';
import { observe } from './observe.ts';
import type { PublicationRejection } from './rejections.ts';
import { transferOf } from './request.ts';
import { recognize, resolve } from './settle-unknown.ts';
import { evolve, initial, type EndedPublication, type Opening, type PublicationState, type Uploading } from './state.ts';

type Decision = Result<readonly PublicationEvent[], PublicationRejection>;

const nothing: Decision = ok([]);
const ended = ({ status }: EndedPublication): Decision => err({ kind: 'PublicationEnded', status });

/** How long one caller alone may ask TikTok to begin. It gives up well before, so that two calls never overlap. */
export const openingMillis = 30_000;
const firstPauseMillis = 5_000;
const longestPauseMillis = 15 * 60_000;

const pauseAfter = (failures: number): number => Math.min(longestPauseMillis, firstPauseMillis * 2 ** Math.min(failures - 1, 20));

const accept = ({ type: _, at, ...accepted }: Accept, state: PublicationState): Decision =>
  state.status === 'none' ? ok([{ type: 'PublicationAccepted', data: { ...accepted, acceptedAt: at } }]) : nothing;

const recordSource = ({ mediaId, bytes, at }: RecordSource, state: PublicationState): Decision => {
  if (state.status === 'none') return err({ kind: 'NotAccepted' });
  if (state.file !== null || state.request.source.type !== 'fetched_url') return nothing;
  if (state.status !== 'waiting') return nothing;
  return ok([{ type: 'SourceFetched', data: { mediaId, bytes, fetchedAt: at } }]);
};

const defer = ({ reason, notBefore, at }: Defer, state: PublicationState): Decision => {
  if (state.status === 'none') return err({ kind: 'NotAccepted' });
  if (state.status !== 'waiting') return err({ kind: 'AlreadyOpened' });
  if (state.reason === reason && state.notBefore === notBefore) return nothing;
  return ok([
    { type: 'PublicationDeferred', data: { attemptId: null, reason, failures: state.failures, code: null, logId: null, notBefore, deferredAt: at } },
  ]);
};

const begin = (attemptId: OpenUpload['attemptId'], at: Instant): Decision =>
  ok([{ type: 'UploadOpening', data: { attemptId, startedAt: at, deadline: plusMillis(at, openingMillis) } }]);

/**
 * A start that nobody ended by its deadline may have reached TikTok. Where we send the bytes there is no post without
 * them, so another start is safe; where TikTok fetches them there may be one, so nothing is begun again.
 */
const afterDeadline = (state: Opening, attemptId: OpenUpload['attemptId'], at: Instant): Decision =>
  transferOf(state.request) === 'upload'
    ? begin(attemptId, at)
    : ok([{ type: 'OutcomeUnknown', data: { reason: 'opening_unanswered', since: at } }]);

const openUpload = ({ attemptId, at }: OpenUpload, state: PublicationState): Decision => {
  switch (state.status) {
    case 'none':
      return err({ kind: 'NotAccepted' });
    case 'waiting':
      if (state.notBefore !== null && at < state.notBefore) return err({ kind: 'NotDue', notBefore: state.notBefore });
      if (state.file === null && transferOf(state.request) === 'upload') return err({ kind: 'SourceMissing' });
      return begin(attemptId, at);
    case 'opening':
      if (state.attemptId === attemptId) return nothing;
      if (at < state.deadline) return err({ kind: 'OpeningInProgress', attemptId: state.attemptId, deadline: state.deadline });
      return afterDeadline(state, attemptId, at);
    case 'uploading':
    case 'processing':
      return err({ kind: 'AlreadyOpened' });
    default:
      return ended(state);
  }
};

const recordOpened = (command: RecordOpened, state: PublicationState): Decision => {
  const { attemptId, publishId, upload, logId, at } = command;
  if (state.status === 'none') return err({ kind: 'NotAccepted' });
  const known = 'publishId' in state ? state.publishId : null;
  if (known === publishId) return nothing;
  const awaited =
    (state.status === 'opening' && state.attemptId === attemptId) ||
    (state.status === 'outcome_unknown' && known === null && state.lastStart?.attemptId === attemptId);
  if (!awaited) return err({ kind: 'StartSuperseded', attemptId });
  return ok([{ type: 'UploadOpened', data: { attemptId, publishId, upload, logId, openedAt: at } }]);
};

const recordOpeningFailure = (command: RecordOpeningFailure, state: PublicationState): Decision => {
  const { attemptId, outcome, code, logId, at } = command;
  if (state.status !== 'opening' || state.attemptId !== attemptId) return nothing;
  const failures = state.failures + 1;
  const wait = (reason: string, notBefore: Instant, inARow: number): Decision =>
    ok([{ type: 'PublicationDeferred', data: { attemptId, reason, failures: inARow, code, logId, notBefore, deferredAt: at } }]);
  switch (outcome.kind) {
    case 'refused':
      return ok([{ type: 'PublishFailed', data: { reason: outcome.reason, retryable: outcome.retryable, logId, failedAt: at } }]);
    case 'wait':
      return wait(outcome.reason, outcome.notBefore, state.failures);
    case 'transient':
      return wait(outcome.reason, plusMillis(at, pauseAfter(failures)), failures);
    case 'unclear':
      return transferOf(state.request) === 'upload'
        ? wait('tiktok_unavailable', plusMillis(at, pauseAfter(failures)), failures)
        : ok([{ type: 'OutcomeUnknown', data: { reason: 'opening_unanswered', since: at } }]);
  }
};

/** Once all chunks but the last are acknowledged, the last one may be on its way. */
const lastChunkMayHaveStarted = ({ plan, chunksSent }: Uploading): boolean => chunksSent >= plan.count - 1;

const recordChunks = ({ acknowledged, at }: RecordChunks, state: PublicationState): Decision => {
  if (state.status === 'none') return err({ kind: 'NotAccepted' });
  if (state.status === 'waiting' || state.status === 'opening') return err({ kind: 'NotOpened' });
  if (state.status === 'processing') return nothing;
  if (state.status !== 'uploading') return ended(state);
  if (acknowledged <= state.chunksSent) return nothing;
  const sent = Math.min(acknowledged, state.plan.count);
  const chunk: PublicationEvent = {
    type: 'ChunkUploaded',
    data: { index: sent - 1, bytesSent: bytesOfChunks(state.plan, sent), uploadedAt: at },
  };
  return ok(sent === state.plan.count ? [chunk, { type: 'MediaDelivered', data: { deliveredAt: at } }] : [chunk]);
};

const fail = ({ reason, retryable, bytesMissing, logId, at }: Fail, state: PublicationState): Decision => {
  const failed: Decision = ok([{ type: 'PublishFailed', data: { reason, retryable, logId, failedAt: at } }]);
  switch (state.status) {
    case 'none':
      return err({ kind: 'NotAccepted' });
    case 'waiting':
      return failed;
    case 'opening':
      return transferOf(state.request) === 'upload' ? failed : err({ kind: 'TikTokHasIt' });
    case 'uploading':
      return bytesMissing || !lastChunkMayHaveStarted(state) ? failed : err({ kind: 'TikTokHasIt' });
    case 'processing':
      return err({ kind: 'TikTokHasIt' });
    case 'failed':
      return nothing;
    default:
      return ended(state);
  }
};

const giveUp = ({ reason, at }: GiveUp, state: PublicationState): Decision => {
  switch (state.status) {
    case 'none':
      return err({ kind: 'NotAccepted' });
    case 'waiting':
    case 'opening':
      return err({ kind: 'NotOpened' });
    case 'uploading':
    case 'processing':
      return ok([{ type: 'OutcomeUnknown', data: { reason, since: at } }]);
    case 'outcome_unknown':
      return nothing;
    default:
      return ended(state);
  }
};

const cancel = ({ confirmed, at }: Cancel, state: PublicationState): Decision => {
  const cancelled: Decision = ok([{ type: 'PublicationCancelled', data: { cancelledAt: at } }]);
  switch (state.status) {
    case 'none':
      return err({ kind: 'NotAccepted' });
    case 'waiting':
      return cancelled;
    case 'opening':
      return transferOf(state.request) === 'upload' ? cancelled : err({ kind: 'TikTokHasIt' });
    case 'uploading':
      return lastChunkMayHaveStarted(state) ? err({ kind: 'TikTokHasIt' }) : cancelled;
    case 'processing':
      if (transferOf(state.request) === 'upload') return err({ kind: 'TikTokHasIt' });
      return confirmed ? cancelled : err({ kind: 'CancelNeedsTikTok' });
    case 'cancelled':
      return nothing;
    default:
      return ended(state);
  }
};

/** One request never yields two posts: TikTok is asked to begin behind a fence, and never again once it has begun. */
const decide = (command: PublicationCommand, state: PublicationState): Decision => {
  switch (command.type) {
    case 'Accept':
      return accept(command, state);
    case 'RecordSource':
      return recordSource(command, state);
    case 'Defer':
      return defer(command, state);
    case 'OpenUpload':
      return openUpload(command, state);
    case 'RecordOpened':
      return recordOpened(command, state);
    case 'RecordOpeningFailure':
      return recordOpeningFailure(command, state);
    case 'RecordChunks':
      return recordChunks(command, state);
    case 'Observe':
      return observe(command, state);
    case 'Fail':
      return fail(command, state);
    case 'GiveUp':
      return giveUp(command, state);
    case 'Cancel':
      return cancel(command, state);
    case 'Recognize':
      return recognize(command, state);
    case 'Resolve':
      return resolve(command, state);
  }
};

export const publicationDecider: Decider<PublicationState, PublicationCommand, PublicationEvent, PublicationRejection> = {
  initial,
  decide,
  evolve,
};
