import fc from 'fast-check';
import type { ConnectionCommand, StartRefresh } from '../../../src/domain/connection/commands.ts';
import { connectionDecider } from '../../../src/domain/connection/decide.ts';
import type { ConnectionState } from '../../../src/domain/connection/state.ts';
import { attemptId, type AttemptId } from '../../../src/domain/values/ids.ts';
import { instant, plusMillis, type Instant } from '../../../src/domain/values/instant.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';
import { connected } from '../../support/sample-events.ts';
import { ada, basic } from './commands.ts';

// The limits of the protocol: a call begins within 15 s of its fence and ends within 10 s more; the fence holds for 30 s.
const callWithin = 15_000;
const callLasts = 10_000;
const fenceHolds = 30_000;
const lifetime = 3_600_000;
const begin = Date.UTC(2026, 10, 1);

type Answer = Readonly<{ kind: 'tokens'; generation: number }> | Readonly<{ kind: 'refused' | 'transient' | 'lost' }>;
type Actor =
  | Readonly<{ phase: 'idle' }>
  | Readonly<{ phase: 'won' | 'calling'; attempt: AttemptId; presents: number; since: number; fencedAt: number }>
  | Readonly<{ phase: 'answered'; attempt: AttemptId; answer: Answer }>;

const idle: Actor = { phase: 'idle' };

export type Action =
  | Readonly<{ kind: 'pass'; millis: number }>
  | Readonly<{ kind: 'start' | 'refusal' | 'call' | 'deliver' | 'crash'; actor: number }>
  | Readonly<{ kind: 'answer'; actor: number; how: 'answers' | 'loses its answer' | 'fails in passing' }>;

// Mostly two, so that one often stands in the way of the other.
const actor = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 1 }) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 3 }) });
export const actions: fc.Arbitrary<readonly Action[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), millis: fc.constantFrom(1_000, 9_000, 16_000, 31_000, lifetime) }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constantFrom('start' as const, 'call' as const), actor }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('deliver' as const, 'refusal' as const), actor }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('answer' as const), actor, how: fc.constantFrom('answers' as const, 'loses its answer' as const, 'fails in passing' as const) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), actor }) },
  ),
  { minLength: 20, maxLength: 200 },
);

/** What is observed of a run; every list must be empty in the end. */
export type Seen = { callsAtOnce: string[]; overwritten: string[]; fencesAtOnce: string[]; discarded: string[] };

/** One connection, several replicas, and a TikTok whose refresh tokens work once. */
export class RefreshModel {
  readonly seen: Seen = { callsAtOnce: [], overwritten: [], fencesAtOnce: [], discarded: [] };
  #now = begin;
  #attempts = 0;
  #state: ConnectionState;
  /** Whose refresh token TikTok takes. */
  #generation = 1;
  #actors: Actor[] = [idle, idle, idle, idle];
  /** Generations whose answer nobody will ever deliver. */
  #lost = new Set<number>();

  constructor() {
    const tokens = { access: sealed('access 1'), refresh: sealed('1') };
    const first = connected({ userId: ada, connectedAt: this.#at(), tokens, scopes: [basic], accessTokenExpiresAt: plusMillis(this.#at(), lifetime) });
    this.#state = connectionDecider.evolve(connectionDecider.initial, first);
  }

  run(action: Action): void {
    switch (action.kind) {
      case 'pass':
        this.#pass(action.millis);
        return;
      case 'start':
        this.#start(action.actor, { kind: 'validity', millis: 60_000 });
        return;
      case 'refusal':
        this.#start(action.actor, { kind: 'refused', tokenSet: this.#tokenSet() });
        return;
      case 'call':
        this.#call(action.actor);
        return;
      case 'answer':
        this.#answer(action.actor, action.how);
        return;
      case 'deliver':
        this.#deliver(action.actor);
        return;
      case 'crash':
        this.#crash(action.actor);
        return;
    }
  }

  /** Everybody brings what they have; then what TikTok holds valid is what is stored, unless its answer was lost. */
  settle(): void {
    this.#pass(callLasts);
    for (let actor = 0; actor < 4; actor += 1) this.#deliver(actor);
    const stored = this.#stored();
    if (stored !== this.#generation && !this.#lost.has(this.#generation)) this.seen.discarded.push(`${stored} is stored, ${this.#generation} lives`);
  }

  #at(): Instant {
    return instant(this.#now);
  }

  #stored(): number {
    return this.#state.status === 'none' || this.#state.status === 'disconnected' ? 0 : Number(this.#state.tokens.refresh);
  }

  /** An optimistic append: whoever decided on an older state would be refused and decide anew, so deciding is atomic here. */
  #append(command: ConnectionCommand): boolean {
    const decided = connectionDecider.decide(command, this.#state);
    if (decided.isErr() || decided.value.length === 0) return false;
    this.#state = decided.value.reduce(connectionDecider.evolve, this.#state);
    return true;
  }

  #pass(millis: number): void {
    this.#now += millis;
    this.#actors.forEach((actor, index) => {
      if (actor.phase === 'calling' && this.#now - actor.since >= callLasts) this.#answer(index, 'loses its answer');
    });
  }

  #tokenSet(): number {
    return this.#state.status === 'active' ? this.#state.refreshing.tokenSet : 0;
  }

  #start(index: number, need: StartRefresh['need']): void {
    if (this.#actors[index]?.phase !== 'idle') return;
    const attempt = attemptId(`attempt ${(this.#attempts += 1)}`);
    const presents = this.#stored();
    const won = this.#append({ type: 'StartRefresh', life: 1, attemptId: attempt, need, at: this.#at() });
    if (!won) return;
    if (this.#actors.some((other) => 'fencedAt' in other && this.#now - other.fencedAt < fenceHolds)) this.seen.fencesAtOnce.push(attempt);
    this.#actors[index] = { phase: 'won', attempt, presents, since: this.#now, fencedAt: this.#now };
  }

  #call(index: number): void {
    const actor = this.#actors[index];
    if (actor?.phase !== 'won') return;
    if (this.#now - actor.since > callWithin) {
      this.#actors[index] = { phase: 'answered', attempt: actor.attempt, answer: { kind: 'transient' } };
      return;
    }
    if (this.#actors.some(({ phase }) => phase === 'calling')) this.seen.callsAtOnce.push(`${actor.attempt} at ${this.#now - begin}`);
    this.#actors[index] = { ...actor, phase: 'calling', since: this.#now };
  }

  #answer(index: number, how: 'answers' | 'loses its answer' | 'fails in passing'): void {
    const actor = this.#actors[index];
    if (actor?.phase !== 'calling') return;
    const { attempt } = actor;
    const answered = (answer: Answer): void => {
      this.#actors[index] = { phase: 'answered', attempt, answer };
    };
    if (how === 'fails in passing') answered({ kind: 'transient' });
    else if (actor.presents !== this.#generation) answered(how === 'answers' ? { kind: 'refused' } : { kind: 'lost' });
    else {
      this.#generation += 1;
      if (how === 'answers') answered({ kind: 'tokens', generation: this.#generation });
      else {
        this.#lost.add(this.#generation);
        answered({ kind: 'lost' });
      }
    }
  }

  #deliver(index: number): void {
    const actor = this.#actors[index];
    if (actor?.phase !== 'answered') return;
    const { attempt, answer } = actor;
    const before = this.#stored();
    const common = { life: 1, attemptId: attempt, at: this.#at() } as const;
    if (answer.kind === 'tokens') {
      const tokens = { access: sealed(`access ${answer.generation}`), refresh: sealed(String(answer.generation)) };
      const accessTokenExpiresAt = plusMillis(this.#at(), lifetime);
      this.#append({ type: 'RecordRefreshed', ...common, tokens, scopes: [basic], accessTokenExpiresAt, refreshTokenExpiresAt: null });
    } else {
      const outcome = answer.kind === 'lost' ? 'unknown_outcome' : answer.kind;
      this.#append({ type: 'RecordRefreshFailure', ...common, outcome, code: null, logId: null });
    }
    if (this.#stored() < before) this.seen.overwritten.push(`${before} by ${this.#stored()}`);
    this.#actors[index] = idle;
  }

  #crash(index: number): void {
    const actor = this.#actors[index];
    if (actor?.phase === 'calling') this.#answer(index, 'loses its answer');
    const after = this.#actors[index];
    if (after?.phase === 'answered' && after.answer.kind === 'tokens') this.#lost.add(after.answer.generation);
    this.#actors[index] = idle;
  }
}
