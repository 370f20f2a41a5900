import fc from 'fast-check';
import type { ChunkPlan } from '../../../src/domain/publication/chunk-plan.ts';
import type { PublicationCommand } from '../../../src/domain/publication/commands.ts';
import { publicationDecider } from '../../../src/domain/publication/decide.ts';
import type { PublicationEvent } from '../../../src/domain/publication/events.ts';
import type { PublicationState } from '../../../src/domain/publication/state.ts';
import { attemptId, publishId, type AttemptId, type PublishId } from '../../../src/domain/values/ids.ts';
import { instant, plusMillis, type Instant } from '../../../src/domain/values/instant.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';
import { accept, pulled, request } from './commands.ts';

// The limits of the protocol: a start is sent within 15 s of its fence and ends within 10 s more; an upload address lives an hour.
const callWithin = 15_000;
const urlLives = 3_600_000;
const plan: ChunkPlan = { totalBytes: 25, chunkBytes: 10, count: 2 };

type Actor =
  | Readonly<{ phase: 'idle' }>
  | Readonly<{ phase: 'won'; attempt: AttemptId; fencedAt: number }>
  | Readonly<{ phase: 'answered'; attempt: AttemptId; answer: PublishId | 'unclear' | 'transient' }>
  | Readonly<{ phase: 'sending'; publish: PublishId; index: number }>;

type Task = { id: PublishId; chunks: number; openedAt: number; cancelled: boolean };

export type Action =
  | Readonly<{ kind: 'pass'; millis: number }>
  | Readonly<{ kind: 'begin' | 'deliver' | 'send' | 'crash' | 'ask' | 'fail'; actor: number }>
  | Readonly<{ kind: 'call' | 'put'; actor: number; how: 'answers' | 'loses its answer' | 'fails in passing' }>
  | Readonly<{ kind: 'cancel' }>;

// Mostly the same one, so that a whole publication often comes about.
const actor = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 }) });
const how = fc.constantFrom('answers' as const, 'answers' as const, 'answers' as const, 'loses its answer' as const, 'fails in passing' as const);
export const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('pass' as const), millis: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(1_000, 8_000, 16_000, 31_000) }, { weight: 1, arbitrary: fc.constant(urlLives) }) }) },
    { weight: 30, arbitrary: fc.record({ kind: fc.constantFrom('begin' as const, 'deliver' as const, 'send' as const, 'send' as const), actor }) },
    { weight: 30, arbitrary: fc.record({ kind: fc.constantFrom('call' as const, 'put' as const, 'put' as const), actor, how }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('ask' as const, 'ask' as const, 'crash' as const), actor }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), actor }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'cancel' as const }) },
  ),
  { minLength: 100, maxLength: 250 },
);

/** One publication, three replicas, and a TikTok that posts what it was given whole. */
export class PublicationModel {
  state: PublicationState = publicationDecider.initial;
  readonly #transfer: 'upload' | 'pull';
  #now = Date.UTC(2026, 10, 1);
  #starts = 0;
  #tasks: Task[] = [];
  #actors: Actor[] = [{ phase: 'idle' }, { phase: 'idle' }, { phase: 'idle' }];

  constructor(transfer: 'upload' | 'pull') {
    this.#transfer = transfer;
    this.#decide(accept(transfer === 'pull' ? pulled : request()));
  }

  /** Posts that exist at TikTok. */
  get posts(): number {
    return this.#tasks.filter(({ chunks, cancelled }) => !cancelled && (this.#transfer === 'pull' || chunks === plan.count)).length;
  }

  run(action: Action): void {
    switch (action.kind) {
      case 'pass':
        this.#now += action.millis;
        return;
      case 'begin':
        return this.#begin(action.actor);
      case 'call':
        return this.#call(action.actor, action.how);
      case 'deliver':
        return this.#deliver(action.actor);
      case 'send':
        return this.#send(action.actor);
      case 'put':
        return this.#put(action.actor, action.how);
      case 'crash':
        this.#actors[action.actor] = { phase: 'idle' };
        return;
      case 'ask':
        return this.#ask();
      case 'fail':
        return this.#fail();
      case 'cancel':
        return this.#cancel();
    }
  }

  #at(): Instant {
    return instant(this.#now);
  }

  #decide(command: PublicationCommand): readonly PublicationEvent[] {
    const events = publicationDecider.decide(command, this.state).unwrapOr([]);
    this.state = events.reduce(publicationDecider.evolve, this.state);
    return events;
  }

  #actor(index: number): Actor {
    return this.#actors[index] ?? { phase: 'idle' };
  }

  #begin(index: number): void {
    if (this.#actor(index).phase !== 'idle') return;
    const attempt = attemptId(`start ${(this.#starts += 1)}`);
    const events = this.#decide({ type: 'OpenUpload', attemptId: attempt, at: this.#at() });
    if (events.some(({ type }) => type === 'UploadOpening')) this.#actors[index] = { phase: 'won', attempt, fencedAt: this.#now };
  }

  #call(index: number, outcome: 'answers' | 'loses its answer' | 'fails in passing'): void {
    const caller = this.#actor(index);
    if (caller.phase !== 'won') return;
    if (this.#now - caller.fencedAt > callWithin) {
      this.#actors[index] = { phase: 'idle' };
      return;
    }
    const answered = (answer: PublishId | 'unclear' | 'transient'): void => {
      this.#actors[index] = { phase: 'answered', attempt: caller.attempt, answer };
    };
    if (outcome === 'fails in passing') return answered('transient');
    const id = publishId(`publish ${this.#tasks.length + 1}`);
    this.#tasks.push({ id, chunks: 0, openedAt: this.#now, cancelled: false });
    answered(outcome === 'answers' ? id : 'unclear');
  }

  #deliver(index: number): void {
    const teller = this.#actor(index);
    if (teller.phase !== 'answered') return;
    this.#actors[index] = { phase: 'idle' };
    const { attempt, answer } = teller;
    const at = this.#at();
    if (answer === 'unclear' || answer === 'transient') {
      const outcome = answer === 'unclear' ? ({ kind: 'unclear' } as const) : ({ kind: 'transient', reason: 'tiktok_unavailable' } as const);
      this.#decide({ type: 'RecordOpeningFailure', attemptId: attempt, outcome, code: null, logId: null, at });
      return;
    }
    const upload = this.#transfer === 'pull' ? null : { url: sealed(answer), expiresAt: plusMillis(at, urlLives), plan };
    this.#decide({ type: 'RecordOpened', attemptId: attempt, publishId: answer, upload, logId: null, at });
  }

  /** Looks at the state, and may stand still for any time before it sends. One at a time holds the lock. */
  #send(index: number): void {
    if (this.#actor(index).phase !== 'idle' || this.state.status !== 'uploading') return;
    if (this.#actors.some(({ phase }) => phase === 'sending')) return;
    this.#actors[index] = { phase: 'sending', publish: this.state.publishId, index: this.state.chunksSent };
  }

  #put(index: number, outcome: 'answers' | 'loses its answer' | 'fails in passing'): void {
    const sender = this.#actor(index);
    if (sender.phase !== 'sending') return;
    this.#actors[index] = { phase: 'idle' };
    const task = this.#tasks.find(({ id }) => id === sender.publish);
    if (task === undefined || outcome === 'fails in passing' || this.#now - task.openedAt > urlLives) return;
    if (task.chunks === sender.index) task.chunks += 1;
    if (outcome === 'answers') this.#decide({ type: 'RecordChunks', acknowledged: task.chunks, at: this.#at() });
  }

  #taskOfState(): Task | undefined {
    const { state } = this;
    return this.#tasks.find(({ id }) => 'publishId' in state && id === state.publishId);
  }

  #ask(): void {
    const task = this.#taskOfState();
    if (task === undefined) return;
    const whole = this.#transfer === 'pull' || task.chunks === plan.count;
    const observation = whole
      ? ({ kind: 'complete', postIds: [] } as const)
      : ({ kind: 'processing', status: 'PROCESSING_UPLOAD', bytes: task.chunks * plan.chunkBytes } as const);
    if (!task.cancelled)
      this.#decide({ type: 'Observe', publishId: task.id, observation, by: 'status', logId: null, at: this.#at() });
  }

  #fail(): void {
    const task = this.#taskOfState();
    const bytesMissing = task !== undefined && task.chunks < plan.count && this.#now - task.openedAt > urlLives;
    this.#decide({ type: 'Fail', reason: 'upload_expired', retryable: true, bytesMissing, logId: null, at: this.#at() });
  }

  #cancel(): void {
    const task = this.#taskOfState();
    const confirmed = this.#transfer === 'pull' && this.state.status === 'processing' && task !== undefined;
    if (confirmed) task.cancelled = true;
    this.#decide({ type: 'Cancel', confirmed, at: this.#at() });
  }
}
