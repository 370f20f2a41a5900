import type { Result } from 'neverthrow';

/**
 * The one shape of an aggregate: what may happen (`decide`) and what has happened (`evolve`).
 * Both are pure. Deciding a command a second time yields no events.
 */
export interface Decider<State, Command, Event, Rejection> {
  readonly initial: State;
  readonly decide: (command: Command, state: State) => Result<readonly Event[], Rejection>;
  readonly evolve: (state: State, event: Event) => State;
}
