import { ok } from 'neverthrow';
import { chunkRange, chunksOfBytes } from '../../domain/publication/chunk-plan.ts';
import type { Uploading } from '../../domain/publication/state.ts';
import { millisOf } from '../../domain/values/instant.ts';
import type { Secret } from '../../domain/values/secret.ts';
import { connectionAggregate } from '../execution/aggregate.ts';
import { behind } from '../execution/execute.ts';
import { load } from '../execution/load.ts';
import type { MediaReader } from '../ports/media-library.ts';
import type { ChunkFailure } from '../ports/tiktok-publishing.ts';
import type { WorkOutcome } from '../work-lists/work-handler.ts';
import { askTikTok } from './ask-tiktok.ts';
import { contentContext, uploadUrlField } from './publish-content.ts';
import { done, isRecent, outcomeOf, record, recordForGood, retry, thenAtOnce, type SagaPorts, type Step } from './publish-saga.ts';

const triesOfAChunk = 4;
const firstPauseMillis = 500;
const brieflyMillis = 5_000;
const patientlyMillis = 60_000;
/** A person who has to consent again may do so for so long. */
const askableWithinMillis = 24 * 3_600_000;

type Given = 'cannot_be_asked' | 'processing_never_ended';

const giveUp = async (ports: SagaPorts, step: Step, reason: Given): Promise<WorkOutcome> =>
  outcomeOf(await record(ports, step, 'given-up', { type: 'GiveUp', reason, at: ports.clock.now() }));

type NotKnown = Readonly<{ gives: Given; afterMillis: number; reason: string }>;

/** What cannot be known now may be later: it is asked for ever more seldom, for a day. */
const askAgain = (ports: SagaPorts, step: Step, { openedAt }: Uploading, { gives, afterMillis, reason }: NotKnown): Promise<WorkOutcome> | WorkOutcome => {
  const sinceMillis = millisOf(ports.clock.now()) - millisOf(openedAt);
  return sinceMillis > askableWithinMillis ? giveUp(ports, step, gives) : retry(Math.max(afterMillis, sinceMillis / 2), reason);
};

/** Why no more bytes go to TikTok. Only the first may be asked for again: the file is here, and TikTok lacks some of it. */
type NoMoreBytes = 'upload_expired' | 'media_gone' | 'media_changed';

/**
 * No more bytes are sent. Only TikTok's own word decides: what it has whole goes on, and what it shows to lack bytes has
 * failed. Where nobody can ask it, the outcome is unknown.
 */
const endUpload = async (ports: SagaPorts, step: Step, state: Uploading, reason: NoMoreBytes): Promise<WorkOutcome> => {
  const asked = await askTikTok(ports, step, state);
  const at = ports.clock.now();
  if (asked.kind === 'NotNow') return askAgain(ports, step, state, { ...asked, gives: 'cannot_be_asked' });
  if (asked.kind === 'Unaskable') return giveUp(ports, step, 'cannot_be_asked');
  const { publishId } = state;
  const { observation, logId } = asked.status;
  const observed = await record(ports, step, 'observed', { type: 'Observe', publishId, observation, by: 'status', logId, at });
  if (observed.isErr() || observed.value.state.status !== 'uploading') return outcomeOf(observed);
  // TikTok says "uploading" of what it has whole, too, and may leave the count out: only a count shows that bytes are missing.
  const bytesMissing = observation.kind === 'processing' && observation.bytes !== null;
  const failed = await record(ports, step, 'failed', { type: 'Fail', reason, retryable: reason === 'upload_expired', bytesMissing, logId, at });
  const isOpen = failed.isErr() && failed.error.kind === 'TikTokHasIt';
  return isOpen ? askAgain(ports, step, state, { gives: 'processing_never_ended', afterMillis: patientlyMillis, reason }) : outcomeOf(failed);
};

/** After an answer that never came, or one that our count is not TikTok's, TikTok's count is taken over. */
const catchUp = async (ports: SagaPorts, step: Step, state: Uploading): Promise<number | WorkOutcome> => {
  const asked = await askTikTok(ports, step, state);
  if (asked.kind !== 'Told') return retry(brieflyMillis, 'the bytes that TikTok has are not known');
  const { observation, logId } = asked.status;
  const { publishId, plan } = state;
  if (observation.kind !== 'processing')
    return outcomeOf(await record(ports, step, 'observed', { type: 'Observe', publishId, observation, by: 'status', logId, at: ports.clock.now() }));
  return observation.bytes === null ? state.chunksSent : chunksOfBytes(plan, observation.bytes);
};

/** Its connection has ended: what TikTok may have whole is of unknown outcome, since nobody can ask any more. */
const endWithConnection = async (ports: SagaPorts, step: Step): Promise<WorkOutcome> => {
  const at = ports.clock.now();
  const failed = await record(ports, step, 'failed', { type: 'Fail', reason: 'not_connected', retryable: false, bytesMissing: false, logId: null, at });
  return failed.isErr() && failed.error.kind === 'TikTokHasIt' ? giveUp(ports, step, 'cannot_be_asked') : outcomeOf(failed);
};

type Sending = Readonly<{ state: Uploading; url: Secret<string>; reader: MediaReader }>;

/** One chunk, a few times where a repeat is harmless. Null once TikTok has it. */
const sendChunk = async (ports: SagaPorts, { signal, stopping }: Step, { state, url, reader }: Sending, index: number): Promise<ChunkFailure | null> => {
  const { plan } = state;
  const { first, last } = chunkRange(plan, index);
  const chunk = { plan, index, contentType: reader.media.contentType };
  for (let tries = 1, pause = firstPauseMillis; ; tries += 1, pause *= 2) {
    const sent = await ports.uploads.putChunk(url, chunk, () => reader.read(first, last), signal);
    if (sent.isOk()) return null;
    if (sent.error.kind !== 'ChunkUnanswered' || tries >= triesOfAChunk || signal.aborted || stopping.aborted) return sent.error;
    await ports.clock.sleep(pause);
  }
};

/** @param isFirst of the step, which has looked when it began */
const stillConnected = async (ports: SagaPorts, step: Step, { connectionId, life }: Uploading, isFirst: boolean): Promise<boolean> => {
  const loaded = isFirst && isRecent(ports, step) ? ok(step.seen.connection) : await load(ports.eventStore, connectionAggregate, connectionId);
  if (loaded.isErr()) return true;
  const { state } = loaded.value;
  return state.status !== 'none' && state.status !== 'disconnected' && state.life === life;
};

const afterFailure = async (ports: SagaPorts, step: Step, sending: Sending, failure: ChunkFailure): Promise<number | WorkOutcome> => {
  switch (failure.kind) {
    case 'UploadClosed':
      return endUpload(ports, step, sending.state, 'upload_expired');
    case 'ChunkOutOfStep':
    case 'ChunkUnanswered':
      return catchUp(ports, step, sending.state);
    case 'ChunkRefused':
      return endUpload(ports, step, sending.state, 'upload_expired');
    case 'SourceFailed':
      return retry(brieflyMillis, failure.reason);
  }
};

const sendFrom = async (ports: SagaPorts, step: Step, sending: Sending): Promise<WorkOutcome> => {
  const { plan } = sending.state;
  let known = sending.state.chunksSent;
  let { publication } = step;
  let connected = stillConnected(ports, step, sending.state, true);
  while (known < plan.count) {
    if (step.signal.aborted || step.stopping.aborted) return retry(0, 'stopping');
    if (!(await connected)) return endWithConnection(ports, step);
    const failure = await sendChunk(ports, step, sending, known);
    const acknowledged = failure === null ? known + 1 : await afterFailure(ports, step, { ...sending, state: { ...sending.state, chunksSent: known } }, failure);
    if (typeof acknowledged !== 'number') return acknowledged;
    if (acknowledged <= known) return retry(brieflyMillis, failure?.kind ?? 'no progress');
    const command = { type: 'RecordChunks', acknowledged, at: ports.clock.now() } as const;
    const recording = recordForGood(ports, step, `chunks-${acknowledged}`, command, publication);
    // Of a moment behind this chunk, and asked while it is recorded.
    if (acknowledged < plan.count) connected = stillConnected(ports, step, sending.state, false);
    const recorded = await recording;
    // Cancelled, failed, or further on: the last chunk starts only behind this append.
    if (recorded.isErr()) return done;
    if (recorded.value.state.status === 'processing') return thenAtOnce('poll_publication', recorded.value, step, { token: step.token, uploadUrl: null });
    if (recorded.value.state.status !== 'uploading') return done;
    known = recorded.value.state.chunksSent;
    publication = behind(recorded.value) ?? publication;
  }
  return done;
};

/** Sends what TikTok lacks, chunk after chunk, each recorded before the next begins. Whoever holds the lease is alone at it. */
export const sendChunks = async (ports: SagaPorts, step: Step, state: Uploading): Promise<WorkOutcome> => {
  if (step.seen.now >= state.urlExpiresAt) return endUpload(ports, step, state, 'upload_expired');
  const { connectionId, life, file } = state;
  const named = step.handed?.uploadUrl ?? null;
  const url = named !== null ? ok(named) : await ports.sealer.open({ context: { ...contentContext(connectionId, life, step.id), field: uploadUrlField(step.id) }, sealed: state.uploadUrl });
  if (url.isErr()) return url.error.kind === 'Unavailable' ? retry(brieflyMillis, url.error.reason) : endUpload(ports, step, state, 'upload_expired');
  if (file === null) return endUpload(ports, step, state, 'media_gone');
  const reader = await ports.media.open(file.mediaId);
  if (reader.isErr()) {
    if (reader.error.kind === 'Unavailable') return retry(brieflyMillis, reader.error.reason);
    return endUpload(ports, step, state, reader.error.reason === 'changed' ? 'media_changed' : 'media_gone');
  }
  return sendFrom(ports, step, { state, url: url.value, reader: reader.value });
};
