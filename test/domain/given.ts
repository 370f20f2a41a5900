import { expect } from 'vitest';
import type { Decider } from '../../src/domain/decider.ts';

export interface Decided<Event, Rejection> {
  then(...events: readonly Event[]): void;
  thenNothing(): void;
  thenRejected(rejection: Rejection): void;
}

export type Given<Command, Event, Rejection> = (
  ...history: readonly Event[]
) => { when(command: Command): Decided<Event, Rejection> };

/** Given a history, when a command is decided, then these events follow, or this rejection. */
export const specificationOf =
  <State, Command, Event, Rejection>({ initial, decide, evolve }: Decider<State, Command, Event, Rejection>): Given<Command, Event, Rejection> =>
  (...history) => ({
    when: (command) => {
      const outcome = decide(command, history.reduce(evolve, initial)).match(
        (events) => ({ events }),
        (rejection) => ({ rejection }),
      );
      return {
        then: (...events) => expect(outcome).toEqual({ events }),
        thenNothing: () => expect(outcome).toEqual({ events: [] }),
        thenRejected: (rejection) => expect(outcome).toEqual({ rejection }),
      };
    },
  });
