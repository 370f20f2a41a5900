import { err, ok, type Result } from 'neverthrow';
import { judgePublish, type PublishRejection } from '../../domain/connection/request-publish.ts';
import type { PostingProblem } from '../../domain/publication/posting-rules.ts';
import type { CommandContext } from '../execution/command-context.ts';
import type { Principal } from '../execution/principal.ts';
import type { Unavailable } from '../failures.ts';
import type { Quota, QuotaUse } from '../ports/publish-quotas.ts';
import type { CreatorInfo } from '../ports/tiktok-publishing.ts';
import { gatherEvidence, proposalOf, type EvidenceFailure, type JudgePorts } from './judge-draft.ts';
import type { PostDraft } from './post-draft.ts';
import { dailyQuota, startQuota } from './quotas.ts';
import { usableConnection, type UnusableConnection } from './usable-connection.ts';

export type Preflight = Readonly<{
  /** None: it would be accepted now. */
  problems: readonly PostingProblem[];
  /** Null where TikTok was not asked: for a draft, and for a post that is refused anyway while it must not be asked. */
  creator: CreatorInfo | null;
  /** What this service has used of what TikTok allows the creator: starts, and posts or drafts. */
  perMinute: QuotaUse;
  perDay: QuotaUse;
}>;

const useOf = async ({ quotas }: JudgePorts, quota: Quota): Promise<Result<QuotaUse, Unavailable>> =>
  (await quotas.look([quota])).map(([use]) => use ?? { quota, used: 0, freeAt: null });

/**
 * Judges a draft as `requestPublish` would, by the same evidence and the same rules, and records nothing. What would end
 * that request whatever the post is about (a connection that cannot be used, TikTok's silence) fails here alike.
 */
export const preflightPublication = async (
  ports: JudgePorts,
  context: CommandContext,
  principal: Principal,
  draft: PostDraft,
): Promise<Result<Preflight, UnusableConnection | EvidenceFailure | Exclude<PublishRejection, { kind: 'PostNotAllowed' }>>> => {
  const usable = await usableConnection(ports.eventStore, principal, draft.connectionId);
  if (usable.isErr()) return err(usable.error);
  const evidence = await gatherEvidence(ports, context, principal, draft, usable.value);
  if (evidence.isErr()) return err(evidence.error);
  const { connectionId, mode } = draft;
  const perMinute = await useOf(ports, startQuota(connectionId));
  if (perMinute.isErr()) return err(perMinute.error);
  const perDay = await useOf(ports, dailyQuota(connectionId, mode));
  if (perDay.isErr()) return err(perDay.error);
  const told = { creator: evidence.value.creator, perMinute: perMinute.value, perDay: perDay.value };
  const judged = judgePublish(proposalOf(ports, principal, draft, evidence.value, usable.value), usable.value);
  if (judged.isOk()) return ok({ ...told, problems: [] });
  const { error } = judged;
  return error.kind === 'PostNotAllowed' ? ok({ ...told, problems: error.problems }) : err(error);
};
