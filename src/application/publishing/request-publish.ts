import { err, ok, type Result } from 'neverthrow';
import type { PublishRequested } from '../../domain/connection/events.ts';
import { judgePublish, type PublishRejection, type RequestPublish } from '../../domain/connection/request-publish.ts';
import type { ConnectionState } from '../../domain/connection/state.ts';
import type { PublicationRejection } from '../../domain/publication/rejections.ts';
import type { PublicationId } from '../../domain/values/ids.ts';
import { plusMillis } from '../../domain/values/instant.ts';
import { publishingConnection } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type ExecutionFailure } from '../execution/execute.ts';
import type { LoadFailure } from '../execution/load.ts';
import type { Principal } from '../execution/principal.ts';
import type { Unavailable } from '../failures.ts';
import type { ProjectionProgress } from '../ports/projection-progress.ts';
import type { Erased, KeyLost } from '../ports/sealer.ts';
import { loadPublication, shownPublication } from '../reading/load-publication.ts';
import { evolvePublicationRecord, type PublicationRecord } from '../reading/publication-record.ts';
import type { PublicationView } from '../reading/publication-view.ts';
import { lookAtConnection, type ConnectionAt } from '../tokens/fresh-access-token.ts';
import { acceptPublication, findRequest } from './accept-publication.ts';
import { gatherEvidence, proposalOf, type Evidence, type EvidenceFailure, type JudgePorts } from './judge-draft.ts';
import { addressesOf, type PostDraft } from './post-draft.ts';
import { contentContext, openContent, sealContent, type PublishContent } from './publish-content.ts';
import { usableBy, type UnusableConnection } from './usable-connection.ts';

export interface PublishPorts extends JudgePorts {
  readonly progress: ProjectionProgress;
}

/** The same Idempotency-Key came with another request. */
export type KeyReused = Readonly<{ kind: 'KeyReused' }>;

export type PublishFailure =
  | UnusableConnection
  | PublishRejection
  | PublicationRejection
  | EvidenceFailure
  | KeyReused
  | ExecutionFailure
  | LoadFailure
  | Erased
  | KeyLost
  | Unavailable;

/** A request to publish, under an id that follows from the caller's idempotency key, with a digest of all that was sent. */
export type KeyedDraft = Readonly<{ id: PublicationId; digest: string; draft: PostDraft }>;

/** A file stays at least this long after its publication may begin: quotas and outages may hold it back. */
const mediaKeptMillis = 3 * 24 * 3_600_000;
const projectionWaitMillis = 2_000;

const commandOn = async (
  ports: PublishPorts,
  principal: Principal,
  { id, digest, draft }: KeyedDraft,
  evidence: Evidence,
  state: ConnectionState,
): Promise<Result<RequestPublish, Erased | KeyLost | Unavailable>> => {
  const proposal = proposalOf(ports, principal, draft, evidence, state);
  const { connectionId, title, description } = draft;
  const words: PublishContent = { title, description, urls: addressesOf(draft), username: evidence.creator?.username ?? null, digest };
  const content = await sealContent(ports.sealer, contentContext(connectionId, proposal.life, id), words);
  return content.map((sealed) => ({ ...proposal, type: 'RequestPublish', publicationId: id, request: { ...proposal.request, content: sealed } }));
};

type Made = Pick<PublicationRecord, 'id' | 'connectionId' | 'life' | 'content'>;

/** Whether what the same key made before is this request. Once erased, nothing is left to compare with: then it is. */
const isSameRequest = async (ports: PublishPorts, { id, connectionId, life, content }: Made, digest: string): Promise<Result<void, KeyReused | Unavailable>> => {
  const opened = await openContent(ports.sealer, contentContext(connectionId, life, id), content);
  if (opened.isErr()) return opened.error.kind === 'Unavailable' ? err(opened.error) : ok(undefined);
  return opened.value.digest === digest ? ok(undefined) : err({ kind: 'KeyReused' });
};

const madeBefore = async (ports: PublishPorts, record: PublicationRecord, digest: string): Promise<Result<PublicationView, PublishFailure>> => {
  const same = await isSameRequest(ports, record, digest);
  return same.isErr() ? err(same.error) : ok(await shownPublication(ports.sealer, record));
};

/** The request that a process recorded before it ended between the two appends; null where there is none. */
const leftHalfDone = async (ports: PublishPorts, { id, digest, draft }: KeyedDraft, state: ConnectionState): Promise<Result<PublishRequested | null, PublishFailure>> => {
  const { connectionId } = draft;
  if (state.status === 'none' || (state.status !== 'disconnected' && !state.publishRequests.includes(id))) return ok(null);
  const found = await findRequest(ports.eventStore, connectionId, id);
  if (found.isErr()) return err(found.error);
  if (found.value === null) return ok(null);
  const { life, request } = found.value.data;
  const same = await isSameRequest(ports, { id, connectionId, life, content: request.content }, digest);
  return same.isErr() ? err(same.error) : ok(found.value);
};

/** @param isOurs it was made of this very draft */
type Requested = Readonly<{ event: PublishRequested; isOurs: boolean }>;

const recordRequest = async (
  ports: PublishPorts,
  context: CommandContext,
  principal: Principal,
  keyed: KeyedDraft,
  seen: ConnectionAt,
): Promise<Result<Requested, PublishFailure>> => {
  const { id, draft } = keyed;
  const usable = usableBy(principal, seen.connection.state);
  if (usable.isErr()) return err(usable.error);
  const evidence = await gatherEvidence(ports, context, principal, draft, usable.value, seen);
  if (evidence.isErr()) return err(evidence.error);
  const judged = judgePublish(proposalOf(ports, principal, draft, evidence.value, usable.value), usable.value);
  if (judged.isErr()) return err(judged.error);
  const { media } = evidence.value;
  if (media !== null) {
    const kept = await ports.media.keepUntil(media.id, plusMillis(draft.scheduleAt ?? ports.clock.now(), mediaKeptMillis));
    if (kept.isErr()) return err(kept.error);
  }
  const prepare = (state: ConnectionState) => commandOn(ports, principal, keyed, evidence.value, state);
  const executed = await execute(ports, publishingConnection, context, draft.connectionId, 'request-publish', prepare, seen.connection);
  if (executed.isErr()) return err(executed.error);
  const written = executed.value.events.find(({ event }) => event.type === 'PublishRequested')?.event;
  if (written?.type === 'PublishRequested') return ok({ event: written, isOurs: true });
  const found = await findRequest(ports.eventStore, draft.connectionId, id);
  if (found.isErr()) return err(found.error);
  return found.value === null ? err({ kind: 'NotConnected' }) : ok({ event: found.value, isOurs: false });
};

/**
 * Accepts a request to publish: first in the connection's history, then as a stream of its own, which the work list
 * makes up for where the process ends in between. The same id again is the same publication.
 */
export const requestPublish = async (
  ports: PublishPorts,
  context: CommandContext,
  principal: Principal,
  keyed: KeyedDraft,
): Promise<Result<PublicationView, PublishFailure>> => {
  const { id, digest, draft } = keyed;
  const [before, seen] = await Promise.all([loadPublication(ports.eventStore, id), lookAtConnection(ports, draft.connectionId)]);
  if (before.isErr()) return err(before.error);
  if (before.value !== null) return madeBefore(ports, before.value, digest);
  if (seen.isErr()) return err(seen.error);
  const halfDone = await leftHalfDone(ports, keyed, seen.value.connection.state);
  if (halfDone.isErr()) return err(halfDone.error);
  const requested = halfDone.value === null ? await recordRequest(ports, context, principal, keyed, seen.value) : ok({ event: halfDone.value, isOurs: true });
  if (requested.isErr()) return err(requested.error);
  const accepted = await acceptPublication(ports, context, draft.connectionId, requested.value.event);
  if (accepted.isErr()) return err(accepted.error);
  const { checkpoint, events } = accepted.value;
  if (checkpoint !== null) await ports.progress.waitFor(checkpoint, projectionWaitMillis);
  const begun = events.reduce<PublicationRecord | null>(evolvePublicationRecord, null);
  if (requested.value.isOurs && begun !== null) return ok(await shownPublication(ports.sealer, begun));
  const after = await loadPublication(ports.eventStore, id);
  if (after.isErr()) return err(after.error);
  return after.value === null ? err({ kind: 'NotAccepted' }) : madeBefore(ports, after.value, digest);
};
