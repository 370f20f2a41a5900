import { ok, type Result } from 'neverthrow';
import type { ChunkPlan } from '../../domain/publication/chunk-plan.ts';
import type { PublicationCommand } from '../../domain/publication/commands.ts';
import type { PublicationRejection } from '../../domain/publication/rejections.ts';
import type { PublicationState } from '../../domain/publication/state.ts';
import type { PublicationId } from '../../domain/values/ids.ts';
import { millisOf, type Instant } from '../../domain/values/instant.ts';
import { publicationAggregate } from '../execution/aggregate.ts';
import { appendForGood } from '../execution/append-for-good.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { behind, execute, type Executed, type ExecutionFailure, type ExecutionPorts } from '../execution/execute.ts';
import type { Loaded } from '../execution/load.ts';
import type { MediaLibrary } from '../ports/media-library.ts';
import type { ProjectionProgress } from '../ports/projection-progress.ts';
import type { Publications } from '../ports/publications.ts';
import type { SourceFetcher } from '../ports/source-fetcher.ts';
import type { TikTokUploads } from '../ports/tiktok-publishing.ts';
import type { TikTokVideos } from '../ports/tiktok-videos.ts';
import type { ConnectionAt, FreshToken } from '../tokens/fresh-access-token.ts';
import type { HandedOn, LeasedWork, WorkOutcome } from '../work-lists/work-handler.ts';
import type { WorkKind } from '../work-lists/work-kinds.ts';
import type { CreatorPorts } from './creator.ts';

export interface SagaPorts extends CreatorPorts {
  readonly media: MediaLibrary;
  readonly uploads: TikTokUploads;
  readonly fetcher: SourceFetcher;
  readonly progress: ProjectionProgress;
  readonly videos: TikTokVideos;
  readonly publications: Pick<Publications, 'claimed'>;
  /** How a file of so many bytes is cut. */
  readonly planChunks: (totalBytes: number) => ChunkPlan;
}

/** One step of one publication. `signal` ends what is in flight; once `stopping` is aborted nothing more is begun. */
export type Step = Readonly<{
  id: PublicationId;
  context: CommandContext;
  signal: AbortSignal;
  stopping: AbortSignal;
  /** As the step found it: only a place to begin, since every append proves or loads anew what it decides on. */
  publication: Loaded<PublicationState>;
  /** Its connection when the step began, or when the one before did. */
  seen: ConnectionAt;
  /** By the monotonic clock of this process, before `seen` was asked for. */
  beganAt: number;
  /** Of `seen`, where the step before has had it. */
  token: FreshToken | null;
  /** Left by the step before, where this one follows it at once. */
  handed: HandedOn | null;
}>;

/** @param cause whose event put the item: the publication, or its connection before there was one */
export const contextOf = (ports: ExecutionPorts, { kind, subject, revision }: LeasedWork, cause: string = subject): CommandContext => ({
  commandId: ports.ids.commandId(),
  actor: { kind: 'system', id: kind },
  correlationId: `publication:${subject}`,
  causationId: `${cause}@${revision}`,
  traceparent: null,
});

export type Recorded = Result<Executed<PublicationState>, PublicationRejection | ExecutionFailure>;

const recentMillis = 1_000;

/** Whether what the step saw when it began may still be taken for how things are. */
export const isRecent = (ports: Pick<SagaPorts, 'clock'>, { beganAt }: Pick<Step, 'beganAt'>): boolean => ports.clock.monotonicMillis() - beganAt < recentMillis;

/** Why a publication's own words or addresses cannot be had any more. */
export const lostContent = ({ kind }: Readonly<{ kind: 'Erased' | 'KeyLost' | 'NotAuthentic' }>): string => (kind === 'Erased' ? 'erased' : 'key_lost');

/**
 * A command whose facts are known; decided anew on every state.
 * @param name of the append within the step
 * @param from where the newest is likely to be: what the step found, or has written since
 */
export const record = (ports: SagaPorts, { id, context, publication }: Step, name: string, command: PublicationCommand, from: Loaded<PublicationState> = publication): Promise<Recorded> =>
  execute(ports, publicationAggregate, context, id, name, () => Promise.resolve(ok(command)), from);

/** As `record`, and does not give up while the process lives: for what only this process knows. */
export const recordForGood = (
  ports: SagaPorts,
  step: Step,
  name: string,
  command: PublicationCommand,
  from: Loaded<PublicationState> = step.publication,
): Promise<Result<Executed<PublicationState>, PublicationRejection>> =>
  appendForGood(ports.clock, () => record(ports, step, name, command, from));

const soonMillis = 1_000;
const brokenMillis = 60_000;

/** What was written has put the next step into the work list; what was refused is read anew, for the stream says more by now. */
export const outcomeOf = (recorded: Result<unknown, Readonly<{ kind: string }>>): WorkOutcome => {
  if (recorded.isOk()) return { kind: 'Done' };
  const { kind } = recorded.error;
  return { kind: 'Retry', afterMillis: kind === 'UnreadableHistory' ? brokenMillis : soonMillis, reason: kind };
};

/** Where what was written calls for a step that is quickly done, whoever wrote it may take that at once. */
export const thenAtOnce = (
  kind: WorkKind,
  written: Executed<PublicationState>,
  { seen, beganAt }: Step,
  { token, uploadUrl }: Readonly<{ token: FreshToken | null; uploadUrl: HandedOn['uploadUrl'] }>,
): WorkOutcome => {
  const publication = behind(written);
  const handed = publication === null ? null : { publication, uploadUrl, seen: { connection: seen, lookedAt: beganAt, token } };
  return handed === null ? done : { kind: 'Done', next: { kind, revision: handed.publication.head.revision, handed } };
};

export const done: WorkOutcome = { kind: 'Done' };

export const retry = (afterMillis: number, reason: string): WorkOutcome => ({ kind: 'Retry', afterMillis, reason });

export const laterThan = (moment: Instant, now: Instant): WorkOutcome => ({
  kind: 'Later',
  afterMillis: Math.max(0, millisOf(moment) - millisOf(now)),
});
