import { beforeEach, describe, expect, it } from 'vitest';
import { createProviderGate, type ProviderGate } from '../../../src/application/tokens/provider-gate.ts';
import type { TikTokFailure } from '../../../src/application/ports/tiktok.ts';
import { misconfigured, noAnswer, refusedWith, serverError } from './made-up-tiktok.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

let clock: VirtualClock;
let gate: ProviderGate;
beforeEach(() => {
  clock = createVirtualClock();
  gate = createProviderGate(clock);
});

const fail = (failure: TikTokFailure): void => {
  expect(gate.enter()).toBeNull();
  gate.failed(failure);
};
const closeByOutage = (): void => [serverError, noAnswer, serverError, noAnswer, serverError].forEach(fail);

describe('the way to TikTok', () => {
  it('stays open while failures are few, or about one connection', () => {
    for (let count = 0; count < 20; count += 1) fail(count % 4 === 3 ? refusedWith('invalid_grant') : serverError);
    expect(gate.closed()).toBeNull();
  });

  it('closes after five failures in a row, and lets one at a time try later and later', () => {
    closeByOutage();
    expect(gate.enter()).toMatchObject({ kind: 'ProviderClosed', because: 'outage' });
    clock.pass(1_000);
    expect(gate.enter()).toBeNull();
    expect(gate.enter()).toMatchObject({ because: 'outage' });
    gate.failed(serverError);
    clock.pass(1_999);
    expect(gate.enter()).toMatchObject({ because: 'outage' });
    clock.pass(1);
    expect(gate.enter()).toBeNull();
  });

  it('opens step by step', () => {
    closeByOutage();
    clock.pass(1_000);
    expect(gate.enter()).toBeNull();
    gate.succeeded();
    expect([gate.enter(), gate.enter()]).toEqual([null, null]);
    expect(gate.enter()).toMatchObject({ because: 'outage' });
    gate.succeeded();
    gate.succeeded();
    expect(Array.from({ length: 8 }, () => gate.enter())).toEqual(Array.from({ length: 8 }, () => null));
    expect(gate.enter()).toMatchObject({ because: 'outage' });
  });

  it('closes at once when our secret is wrong, tries more and more seldom, and opens when it is right', () => {
    fail(misconfigured);
    expect(gate.closed()).toMatchObject({ because: 'configuration', tiktok: { code: 'invalid_client' } });
    let tries = 0;
    for (let second = 0; second < 3_600; second += 1) {
      clock.pass(1_000);
      if (gate.enter() !== null) continue;
      tries += 1;
      gate.failed(misconfigured);
    }
    expect(tries).toBeGreaterThan(30);
    expect(tries).toBeLessThan(70);
    clock.pass(60_000);
    expect(gate.enter()).toBeNull();
    gate.succeeded();
    expect(gate.closed()).toBeNull();
  });

  it('stays as it was where nothing was called after all', () => {
    closeByOutage();
    clock.pass(1_000);
    expect(gate.enter()).toBeNull();
    gate.left();
    expect(gate.closed()).toMatchObject({ because: 'outage' });
    expect(gate.enter()).toBeNull();
  });
});
