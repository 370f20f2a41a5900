import { err, ok, type Result } from 'neverthrow';
import { judgePublish, type ProposedPublish } from '../../domain/connection/request-publish.ts';
import type { ConnectionState } from '../../domain/connection/state.ts';
import type { PostingProblem, VideoFacts } from '../../domain/publication/posting-rules.ts';
import type { PostSource } from '../../domain/publication/request.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { LoadFailure } from '../execution/load.ts';
import type { Principal } from '../execution/principal.ts';
import type { Unavailable } from '../failures.ts';
import type { Media, MediaLibrary } from '../ports/media-library.ts';
import type { CreatorInfo } from '../ports/tiktok-publishing.ts';
import type { ConnectionAt } from '../tokens/fresh-access-token.ts';
import { creatorInfo, type CreatorFailure, type CreatorPorts } from './creator.ts';
import type { PostDraft } from './post-draft.ts';
import { checkRetried, type NothingToRetry } from './retried-publication.ts';
import { sourceProblems, type AddressRules } from './source-rules.ts';

export interface JudgePorts extends CreatorPorts {
  readonly media: MediaLibrary;
  readonly addresses: AddressRules;
}

/** There is no such file, or none of this caller. */
export type MediaNotFound = Readonly<{ kind: 'MediaNotFound' }>;

export type EvidenceFailure = CreatorFailure | MediaNotFound | NothingToRetry | LoadFailure | Unavailable;

/** Everything that is known before a draft is judged. */
export type Evidence = Readonly<{ creator: CreatorInfo | null; media: Media | null; source: PostSource; video: VideoFacts | null }>;

const mediaOf = async (ports: JudgePorts, principal: Principal, { source }: PostDraft): Promise<Result<Media | null, MediaNotFound | Unavailable>> => {
  if (source.type !== 'media') return ok(null);
  const found = await ports.media.find(source.mediaId);
  if (found.isErr()) return err(found.error);
  const theirs = principal.kind === 'service' || found.value?.owner === principal.userId;
  return found.value === null || !theirs ? err({ kind: 'MediaNotFound' }) : ok(found.value);
};

const sourceOf = ({ source }: PostDraft, media: Media | null): PostSource => {
  switch (source.type) {
    case 'media':
      return { type: 'media', mediaId: source.mediaId, bytes: media?.bytes ?? 0 };
    case 'url':
      return { type: source.transfer === 'upload' ? 'fetched_url' : 'pulled_url' };
    case 'photos':
      return { type: 'photos', count: source.urls.length, coverIndex: source.coverIndex };
  }
};

/** A file that no video reader understands is judged as what it is not. */
const unreadable = ({ bytes, contentType }: Media): VideoFacts => ({
  container: contentType,
  codec: 'an unknown codec',
  durationMillis: 0,
  width: 360,
  height: 360,
  frameRate: null,
  bytes,
});

/** TikTok's own "not now" is a problem of the request like the others. */
const creatorProblems = ({ creator }: Evidence): readonly PostingProblem[] =>
  creator?.cannotPost === null || creator === null
    ? []
    : [{ kind: 'CreatorCannotPostNow', detail: `TikTok lets this creator post no more at present (${creator.cannotPost.code}).` }];

/** The draft as the domain judges it. Preflight and request differ in nothing but what becomes of the judgement. */
export const proposalOf = (
  ports: Pick<JudgePorts, 'addresses' | 'clock'>,
  principal: Principal,
  draft: PostDraft,
  evidence: Evidence,
  state: ConnectionState,
): ProposedPublish => {
  const { kind, mode, settings, consent, scheduleAt, retryOf, title, description } = draft;
  // Where TikTok lets a creator post nothing, it need not say what they may post.
  const creator = evidence.creator?.cannotPost === null ? evidence.creator.options : null;
  return {
    life: state.status === 'none' ? 1 : state.life,
    requester: principal.kind === 'user' ? principal.userId : null,
    request: { kind, mode, settings, source: evidence.source, consent, creator, scheduleAt, retryOf },
    title,
    description,
    video: evidence.video,
    sourceProblems: [...sourceProblems(draft, ports.addresses), ...creatorProblems(evidence)],
    at: ports.clock.now(),
  };
};

const isRefused = (proposed: ProposedPublish, state: ConnectionState): boolean => {
  const judged = judgePublish(proposed, state);
  return judged.isErr() && judged.error.kind === 'PostNotAllowed';
};

/** What is known without asking TikTok: the file. */
const evidenceHere = async (ports: JudgePorts, principal: Principal, draft: PostDraft): Promise<Result<Evidence, EvidenceFailure>> => {
  const retried = await checkRetried(ports.eventStore, principal, draft);
  if (retried.isErr()) return err(retried.error);
  const media = await mediaOf(ports, principal, draft);
  return media.map((found) => ({
    creator: null,
    media: found,
    source: sourceOf(draft, found),
    video: found === null ? null : (found.video ?? unreadable(found)),
  }));
};

/**
 * Asks for everything that a draft is judged by: the file, and for a direct post the creator, as TikTok's guidelines want
 * it. Where TikTok must not be asked again this minute, a draft that the other rules refuse anyway is judged by them alone.
 */
export const gatherEvidence = async (
  ports: JudgePorts,
  context: CommandContext,
  principal: Principal,
  draft: PostDraft,
  state: ConnectionState,
  seen: ConnectionAt | null = null,
): Promise<Result<Evidence, EvidenceFailure>> => {
  const here = await evidenceHere(ports, principal, draft);
  if (here.isErr() || draft.mode === 'draft') return here;
  const creator = await creatorInfo(ports, context, draft.connectionId, context.commandId, seen);
  if (creator.isOk()) return ok({ ...here.value, creator: creator.value });
  const refusedAnyway = creator.error.kind === 'AskedTooOften' && isRefused(proposalOf(ports, principal, draft, here.value, state), state);
  return refusedAnyway ? here : err(creator.error);
};
