import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLoop, type BackgroundLoop } from '../../../src/adapters/postgres/background-loop.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Watched = Readonly<{ loop: BackgroundLoop; turns: () => number; endTurn: () => void }>;

/** A loop whose turns end when they are told to. */
const watched = (restMillis?: number): Watched => {
  let turns = 0;
  let endTurn = (): void => undefined;
  const turn = async (): Promise<number> => {
    turns += 1;
    await new Promise<void>((resolve) => {
      endTurn = resolve;
    });
    return 1_000;
  };
  return { loop: createLoop({ turn, pauseAfterFailure: () => 1_000, ...(restMillis === undefined ? {} : { restMillis }) }), turns: () => turns, endTurn: () => endTurn() };
};

const stop = async ({ loop, endTurn }: Watched): Promise<void> => {
  const stopped = loop.stop();
  endTurn();
  await vi.advanceTimersByTimeAsync(1_000);
  await stopped;
};

test('a turn within which it was woken is followed by another at once, or behind the rest that it takes', async () => {
  for (const restMillis of [undefined, 10]) {
    const one = watched(restMillis);
    one.loop.start();
    one.loop.wake();
    one.endTurn();
    await vi.advanceTimersByTimeAsync((restMillis ?? 1) - 1);
    expect(one.turns()).toBe(restMillis === undefined ? 2 : 1);
    await vi.advanceTimersByTimeAsync(1);
    expect(one.turns()).toBe(2);
    await stop(one);
  }
});

test('a pause is cut short by being woken, whatever rest it takes', async () => {
  const one = watched(10);
  one.loop.start();
  one.endTurn();
  await vi.advanceTimersByTimeAsync(500);
  expect(one.turns()).toBe(1);
  one.loop.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(one.turns()).toBe(2);
  await stop(one);
});

test('several wakes within a turn and the rest behind it are one turn', async () => {
  const one = watched(10);
  one.loop.start();
  one.loop.wake();
  one.loop.wake();
  one.endTurn();
  await vi.advanceTimersByTimeAsync(5);
  one.loop.wake();
  await vi.advanceTimersByTimeAsync(5);
  expect(one.turns()).toBe(2);
  one.endTurn();
  await vi.advanceTimersByTimeAsync(999);
  expect(one.turns()).toBe(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(one.turns()).toBe(3);
  await stop(one);
});
