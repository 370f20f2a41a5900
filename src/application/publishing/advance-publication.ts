import { ok, type Result } from 'neverthrow';
import type { Opening, Waiting } from '../../domain/publication/state.ts';
import { transferOf } from '../../domain/publication/request.ts';
import { isUuid, publicationId, type ConnectionId } from '../../domain/values/ids.ts';
import { plusMillis, type Instant } from '../../domain/values/instant.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import type { ExecutionPorts } from '../execution/execute.ts';
import { load, type LoadFailure } from '../execution/load.ts';
import { lookAtConnection, type ConnectionAt, type FreshToken } from '../tokens/fresh-access-token.ts';
import type { SeenConnection, WorkHandler, WorkOutcome } from '../work-lists/work-handler.ts';
import { acceptPublication, findRequest } from './accept-publication.ts';
import { fetchSource } from './fetch-source.ts';
import { findPost } from './find-post.ts';
import { followPostIds, followProcessing } from './follow-publication.ts';
import { openUpload } from './open-upload.ts';
import { contextOf, done, isRecent, laterThan, outcomeOf, record, retry, type SagaPorts, type Step } from './publish-saga.ts';
import { sendChunks } from './send-chunks.ts';

const brieflyMillis = 5_000;

/** What TikTok does not have yet ends with its connection's life. */
const lifeIsOver = ({ seen }: Step, { life }: Waiting | Opening): boolean => {
  const { state } = seen.connection;
  return state.status === 'none' || state.status === 'disconnected' || state.life !== life;
};

const begin = async (ports: SagaPorts, step: Step, state: Waiting | Opening, now: Instant): Promise<WorkOutcome> => {
  if (state.status === 'waiting' && state.notBefore !== null && now < state.notBefore) return laterThan(state.notBefore, now);
  if (state.status === 'opening' && now < state.deadline) return laterThan(state.deadline, now);
  if (state.status === 'opening' && transferOf(state.request) === 'pull') {
    // Nobody ended this start in time; the decider says that nothing is begun again.
    return outcomeOf(await record(ports, step, 'unanswered', { type: 'OpenUpload', attemptId: ports.ids.attemptId(), at: now }));
  }
  const fail = async (reason: string): Promise<WorkOutcome> =>
    outcomeOf(await record(ports, step, 'failed', { type: 'Fail', reason, retryable: false, bytesMissing: false, logId: null, at: now }));
  if (lifeIsOver(step, state)) return fail('not_connected');
  const isToBeFetched = state.status === 'waiting' && state.file === null && state.request.source.type === 'fetched_url';
  return isToBeFetched ? fetchSource(ports, step, state, now) : openUpload(ports, step, state, now);
};

type Look = Readonly<{ seen: ConnectionAt; beganAt: number; token: FreshToken | null }>;

/** What the step before has seen, brought up to this moment; anew where there is none, or it is not recent. */
const lookAt = async (ports: SagaPorts, connectionId: ConnectionId, handed: SeenConnection | null): Promise<Result<Look, LoadFailure>> => {
  const nowMillis = ports.clock.monotonicMillis();
  if (handed !== null && isRecent(ports, { beganAt: handed.lookedAt })) {
    const { connection: { connection, now }, lookedAt, token } = handed;
    return ok({ seen: { connection, now: plusMillis(now, Math.ceil(nowMillis - lookedAt)) }, beganAt: lookedAt, token });
  }
  const looked = await lookAtConnection(ports, connectionId);
  return looked.map((seen) => ({ seen, beganAt: nowMillis, token: null }));
};

/**
 * Takes a publication one step further: what the stream says is next, if that is the kind of step this item is for. So
 * whoever holds the lease on the item alone does it; an item that the history has left behind has nothing to be done.
 */
export const advancePublication =
  (ports: SagaPorts): WorkHandler =>
  async (item, signal, stopping = signal) => {
    if (!isUuid(item.subject)) return done;
    const id = publicationId(item.subject);
    const { connectionId, handed = null } = item;
    const [loaded, looked] = await Promise.all([
      handed === null ? load(ports.eventStore, publicationAggregate, id) : ok(handed.publication),
      lookAt(ports, connectionId, handed?.seen ?? null),
    ]);
    if (loaded.isErr()) return retry(brieflyMillis, loaded.error.kind);
    if (looked.isErr()) return retry(brieflyMillis, looked.error.kind);
    const publication = loaded.value;
    const { now } = looked.value.seen;
    const step: Step = { id, context: contextOf(ports, item), signal, stopping, publication, ...looked.value, handed };
    const { state } = publication;
    switch (state.status) {
      case 'waiting':
      case 'opening':
        return item.kind === 'open_upload' ? begin(ports, step, state, now) : done;
      case 'uploading':
        return item.kind === 'send_chunks' ? sendChunks(ports, step, state) : done;
      case 'processing':
        return item.kind === 'poll_publication' ? followProcessing(ports, step, state, now) : done;
      case 'published':
      case 'delivered_to_inbox':
        return item.kind === 'poll_publication' ? followPostIds(ports, step, state, now) : done;
      case 'outcome_unknown':
        return item.kind === 'find_post' ? findPost(ports, step, state, now) : done;
      default:
        return done;
    }
  };

/** Makes up for the second append where a process ended between the two. */
export const repairPublication =
  (ports: ExecutionPorts): WorkHandler =>
  async (item) => {
    if (!isUuid(item.subject)) return done;
    const id = publicationId(item.subject);
    const begun = await load(ports.eventStore, publicationAggregate, id);
    if (begun.isErr()) return retry(brieflyMillis, begun.error.kind);
    if (begun.value.state.status !== 'none') return done;
    const request = await findRequest(ports.eventStore, item.connectionId, id);
    if (request.isErr()) return retry(brieflyMillis, request.error.kind);
    if (request.value === null) return done;
    const accepted = await acceptPublication(ports, contextOf(ports, item, item.connectionId), item.connectionId, request.value);
    return accepted.isOk() ? done : retry(brieflyMillis, accepted.error.kind);
  };
