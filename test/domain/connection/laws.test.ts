import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionDecider } from '../../../src/domain/connection/decide.ts';
import type { ConnectionState } from '../../../src/domain/connection/state.ts';
import { scopeSet } from '../../../src/domain/values/scopes.ts';
import { anyCommand, anyEvent, anySteps } from './arbitrary.ts';

const { decide, evolve, initial } = connectionDecider;

const lifeOf = (state: ConnectionState): number => (state.status === 'none' ? 0 : state.life);

describe('a connection', () => {
  it('decides a command a second time to nothing, or refuses it again', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { command, after } of steps.filter(({ events }) => events.length > 0)) {
          expect(decide(command, after).unwrapOr(['refused'])).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('folds any sequence of events without throwing, into a state it can decide on', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), anyCommand, (events, command) => {
        const state = events.reduce(evolve, initial);
        expect(['none', 'active', 'disconnected']).toContain(state.status);
        expect(decide(command, state).isOk() || decide(command, state).isErr()).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('changes its owner only through an end: never are there two at once', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { before, after } of steps) {
          if (before.status === 'active' && after.status === 'active') expect(after.userId).toBe(before.userId);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('counts its lives upwards, one by one, and begins each with Connected', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { before, after, events } of steps) {
          const grown = lifeOf(after) - lifeOf(before);
          expect([0, 1]).toContain(grown);
          if (grown === 1) {
            expect(before.status).not.toBe('active');
            expect(events.map(({ type }) => type)).toEqual(['Connected']);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('writes into every event the life that it is about', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { after, events } of steps) {
          for (const event of events) {
            if (event.type === 'PersonalDataErased') expect(Math.max(...event.data.lives)).toBeLessThanOrEqual(lifeOf(after));
            else expect(event.data.life).toBe(lifeOf(after));
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps when a life began for as long as it runs, and scopes as a set', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { before, after } of steps) {
          if (after.status === 'none') continue;
          expect(after.scopes).toEqual(scopeSet(after.scopes));
          if (before.status !== 'none' && before.life === after.life) expect(after.connectedAt).toBe(before.connectedAt);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('erases a life once at most, only with its end behind it, and never another owner\'s', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const gone = new Set<number>();
        for (const { command, after, events } of steps) {
          for (const event of events) {
            if (event.type !== 'PersonalDataErased' || command.type !== 'ErasePersonalData' || after.status === 'none') continue;
            for (const life of event.data.lives) {
              expect(gone.has(life)).toBe(false);
              gone.add(life);
              expect(after.status === 'disconnected' || after.life !== life).toBe(true);
              const owner = after.lives.find((past) => past.life === life)?.userId;
              if (command.chosen.kind === 'owner') expect(owner).toBe(command.chosen.userId);
            }
          }
          if (after.status !== 'none') expect(after.lives.filter(({ erased }) => erased).map(({ life }) => life)).toEqual([...gone].sort());
        }
      }),
      { numRuns: 300 },
    );
  });

  it('does not change a state or an event that it was given', () => {
    const frozen = <Value>(value: Value): Value => {
      if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
      return value;
    };
    fc.assert(
      fc.property(anySteps, (steps) => {
        steps.reduce((state, { command, events }) => {
          decide(frozen(command), frozen(state)).unwrapOr([]);
          return events.map(frozen).reduce(evolve, state);
        }, initial);
      }),
    );
  });

  it('reaches every status and writes every event in these tests', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anySteps, (steps) => {
        for (const { after, events } of steps) [after.status, ...events.map(({ type }) => type)].forEach((name) => seen.add(name));
      }),
      { numRuns: 300 },
    );
    expect([...seen].sort()).toEqual(['Connected', 'Disconnected', 'PersonalDataErased', 'ProfileChanged', 'RevocationIgnored', 'ScopesChanged', 'active', 'disconnected', 'none']);
  });
});
