import { err, ok, type Result } from 'neverthrow';
import type { PublishRequested } from '../../domain/connection/events.ts';
import type { PublishRejection, RequestPublish } from '../../domain/connection/request-publish.ts';
import type { ConnectionState } from '../../domain/connection/state.ts';
import type { PostingProblem } from '../../domain/publication/posting-rules.ts';
import type { PublicationRejection } from '../../domain/publication/rejections.ts';
import type { PublicationId } from '../../domain/values/ids.ts';
import { plusMillis } from '../../domain/values/instant.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import { connectionAggregate, publishingConnection } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type ExecutionFailure } from '../execution/execute.ts';
import { load, type LoadFailure } from '../execution/load.ts';
import type { Principal } from '../execution/principal.ts';
import type { Unavailable } from '../failures.ts';
import type { ProjectionProgress } from '../ports/projection-progress.ts';
import type { Erased, KeyLost } from '../ports/sealer.ts';
import { loadPublication, shownPublication } from '../reading/load-publication.ts';
import type { PublicationRecord } from '../reading/publication-record.ts';
import type { PublicationView } from '../reading/publication-view.ts';
import { acceptPublication, findRequest } from './accept-publication.ts';
import type { CreatorFailure } from './creator.ts';
import { gatherEvidence, type Evidence, type JudgePorts, type MediaNotFound } from './judge-draft.ts';
import { addressesOf, type PostDraft } from './post-draft.ts';
import { contentContext, openContent, sealContent, type PublishContent } from './publish-content.ts';
import { sourceProblems } from './source-rules.ts';

export interface PublishPorts extends JudgePorts {
  readonly progress: ProjectionProgress;
}

/** The same Idempotency-Key came with another request. */
export type KeyReused = Readonly<{ kind: 'KeyReused' }>;

export type PublishFailure =
  | ConnectionNotFound
  | PublishRejection
  | PublicationRejection
  | CreatorFailure
  | MediaNotFound
  | KeyReused
  | ExecutionFailure
  | LoadFailure
  | Erased
  | KeyLost
  | Unavailable;

/** A file stays at least this long after its publication may begin: quotas and outages may hold it back. */
const mediaKeptMillis = 3 * 24 * 3_600_000;
const projectionWaitMillis = 2_000;

/** TikTok's own "not now" is a problem of the request like the others. */
export const creatorProblems = ({ creator }: Evidence): readonly PostingProblem[] =>
  creator?.cannotPost === null || creator === null
    ? []
    : [{ kind: 'CreatorCannotPostNow', detail: `TikTok lets this creator post no more at present (${creator.cannotPost.code}).` }];

const commandOn = async (
  ports: PublishPorts,
  principal: Principal,
  id: PublicationId,
  digest: string,
  draft: PostDraft,
  evidence: Evidence,
  state: ConnectionState,
): Promise<Result<RequestPublish, Erased | KeyLost | Unavailable>> => {
  const { connectionId, kind, mode, settings, consent, scheduleAt, retryOf, title, description } = draft;
  const life = state.status === 'none' ? 1 : state.life;
  const words: PublishContent = { title, description, urls: addressesOf(draft), username: evidence.creator?.username ?? null, digest };
  const content = await sealContent(ports.sealer, contentContext(connectionId, life, id), words);
  if (content.isErr()) return err(content.error);
  const creator = evidence.creator?.options ?? null;
  return ok({
    type: 'RequestPublish',
    life,
    requester: principal.kind === 'user' ? principal.userId : null,
    publicationId: id,
    request: { kind, mode, settings, source: evidence.source, content: content.value, consent, creator, scheduleAt, retryOf },
    title,
    description,
    video: evidence.video,
    sourceProblems: [...sourceProblems(draft, ports.addresses), ...creatorProblems(evidence)],
    at: ports.clock.now(),
  });
};

/** Refuses what no answer of TikTok could mend, before TikTok is asked. */
const checkConnection = async (ports: PublishPorts, principal: Principal, { connectionId }: PostDraft): Promise<Result<void, PublishFailure>> => {
  const loaded = await load(ports.eventStore, connectionAggregate, connectionId);
  if (loaded.isErr()) return err(loaded.error);
  const { state } = loaded.value;
  if (state.status === 'none') return err({ kind: 'ConnectionNotFound' });
  if (principal.kind === 'user' && !state.lives.some(({ userId }) => userId === principal.userId)) return err({ kind: 'ConnectionNotFound' });
  if (state.status === 'disconnected') return err({ kind: 'NotConnected' });
  if (principal.kind === 'user' && state.userId !== principal.userId) return err({ kind: 'NotConnected' });
  return state.status === 'active' ? ok(undefined) : err({ kind: 'ReauthorizationNeeded', reason: state.reason });
};

/** What the same key made before. Once erased, nothing is left to compare with: the publication it is. */
const madeBefore = async (ports: PublishPorts, record: PublicationRecord, digest: string): Promise<Result<PublicationView, PublishFailure>> => {
  const content = await openContent(ports.sealer, contentContext(record.connectionId, record.life, record.id), record.content);
  if (content.isOk() && content.value.digest !== digest) return err({ kind: 'KeyReused' });
  return ok(await shownPublication(ports.sealer, record));
};

const requestOf = async (
  ports: PublishPorts,
  context: CommandContext,
  principal: Principal,
  id: PublicationId,
  digest: string,
  draft: PostDraft,
): Promise<Result<PublishRequested, PublishFailure>> => {
  const evidence = await gatherEvidence(ports, context, principal, draft);
  if (evidence.isErr()) return err(evidence.error);
  const { media } = evidence.value;
  if (media !== null) {
    const kept = await ports.media.keepUntil(media.id, plusMillis(draft.scheduleAt ?? ports.clock.now(), mediaKeptMillis));
    if (kept.isErr()) return err(kept.error);
  }
  const executed = await execute(ports, publishingConnection, context, draft.connectionId, 'request-publish', (state) =>
    commandOn(ports, principal, id, digest, draft, evidence.value, state),
  );
  if (executed.isErr()) return err(executed.error);
  const written = executed.value.events.find(({ event }) => event.type === 'PublishRequested')?.event;
  if (written?.type === 'PublishRequested') return ok(written);
  const found = await findRequest(ports.eventStore, draft.connectionId, id);
  if (found.isErr()) return err(found.error);
  return found.value === null ? err({ kind: 'NotConnected' }) : ok(found.value);
};

/**
 * Accepts a request to publish: first in the connection's history, then as a stream of its own, which the work list
 * makes up for where the process ends in between. The same id again is the same publication.
 * @param id follows from the caller's idempotency key
 * @param digest of the whole request
 */
export const requestPublish = async (
  ports: PublishPorts,
  context: CommandContext,
  principal: Principal,
  id: PublicationId,
  digest: string,
  draft: PostDraft,
): Promise<Result<PublicationView, PublishFailure>> => {
  const before = await loadPublication(ports.eventStore, id);
  if (before.isErr()) return err(before.error);
  if (before.value !== null) return madeBefore(ports, before.value, digest);
  const checked = await checkConnection(ports, principal, draft);
  if (checked.isErr()) return err(checked.error);
  const requested = await requestOf(ports, context, principal, id, digest, draft);
  if (requested.isErr()) return err(requested.error);
  const accepted = await acceptPublication(ports, context, draft.connectionId, requested.value);
  if (accepted.isErr()) return err(accepted.error);
  if (accepted.value.checkpoint !== null) await ports.progress.waitFor(accepted.value.checkpoint, projectionWaitMillis);
  const after = await loadPublication(ports.eventStore, id);
  if (after.isErr()) return err(after.error);
  return after.value === null ? err({ kind: 'NotAccepted' }) : madeBefore(ports, after.value, digest);
};
