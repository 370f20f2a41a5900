import type { InInbox, Processing, PublicationState, PublishedPost } from '../../domain/publication/state.ts';
import { millisOf, type Instant } from '../../domain/values/instant.ts';
import type { Executed } from '../execution/execute.ts';
import type { WorkOutcome } from '../work-lists/work-handler.ts';
import { askTikTok } from './ask-tiktok.ts';
import { done, outcomeOf, record, type SagaPorts, type Step } from './publish-saga.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Processing that has not ended by then never will, as far as anybody has seen. */
const processingLimitMillis = 24 * hour;
/** Moderation takes hours at most; a post that is not public never gets an id. */
const postIdLimitMillis = 48 * hour;

/** A tenth of what it has taken so far: quick at first, seldom later. */
const pace = (sinceMillis: number): number => Math.min(10 * minute, Math.max(3 * second, sinceMillis / 10));

/** Small files are often done when they are sent; the list looks again in its own time. */
const soonMillis = 2 * second;

/** Whether TikTok has said all of it that it will. */
const isKnownWhole = ({ postIds, request }: PublishedPost): boolean => postIds.length > 0 || request.settings.privacyLevel === 'SELF_ONLY';

const observedOutcome = ({ state, head }: Executed<PublicationState>): WorkOutcome =>
  state.status === 'published' && isKnownWhole(state) ? { kind: 'Done', through: head.revision } : done;

/** Asks TikTok how a publication goes that it has whole. Silence never ends it: only TikTok's word, or a day without an end. */
export const followProcessing = async (ports: SagaPorts, step: Step, state: Processing, now: Instant): Promise<WorkOutcome> => {
  const sinceMillis = millisOf(now) - millisOf(state.since);
  const asked = await askTikTok(ports, step, state, step.seen);
  if (asked.kind === 'Unaskable') return outcomeOf(await record(ports, step, 'given-up', { type: 'GiveUp', reason: 'cannot_be_asked', at: now }));
  if (asked.kind === 'Told') {
    const { observation, logId } = asked.status;
    if (step.handed !== null && observation.kind === 'processing') return { kind: 'Later', afterMillis: soonMillis };
    const { publishId } = state;
    const observed = await record(ports, step, 'observed', { type: 'Observe', publishId, observation, by: 'status', logId, at: now });
    if (observed.isErr()) return outcomeOf(observed);
    if (observed.value.state.status !== 'processing') return observedOutcome(observed.value);
  }
  if (sinceMillis > processingLimitMillis)
    return outcomeOf(await record(ports, step, 'given-up', { type: 'GiveUp', reason: 'processing_never_ended', at: now }));
  return { kind: 'Later', afterMillis: Math.max(pace(sinceMillis), asked.kind === 'NotNow' ? asked.afterMillis : 0) };
};

/** Post ids come after moderation, and only to public posts. */
export const followPostIds = async (ports: SagaPorts, step: Step, state: PublishedPost | InInbox, now: Instant): Promise<WorkOutcome> => {
  const { publishId, openedAt } = state;
  if (publishId === null || openedAt === null) return done;
  if (state.status === 'published' && isKnownWhole(state)) return done;
  const sinceMillis = millisOf(now) - millisOf(openedAt);
  if (sinceMillis > postIdLimitMillis) return done;
  const asked = await askTikTok(ports, step, state, step.seen);
  if (asked.kind === 'Unaskable') return done;
  if (asked.kind === 'Told') {
    const { observation, logId } = asked.status;
    const observed = await record(ports, step, 'observed', { type: 'Observe', publishId, observation, by: 'status', logId, at: now });
    if (observed.isErr() || observed.value.events.length > 0) return outcomeOf(observed);
  }
  return { kind: 'Later', afterMillis: Math.max(pace(sinceMillis) * 3, asked.kind === 'NotNow' ? asked.afterMillis : 0) };
};
