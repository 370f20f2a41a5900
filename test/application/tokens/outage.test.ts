import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { ConnectionId } from '../../../src/domain/values/ids.ts';
import { createBackground } from './background.ts';
import { noAnswer, serverError } from './made-up-tiktok.ts';
import { createTokenWorld } from './token-world.ts';

const hour = 3_600_000;

const perHour = (calls: readonly Readonly<{ at: number }>[], from: number, until: number): readonly number[] => {
  const counts = Array.from({ length: Math.ceil((until - from) / hour) }, () => 0);
  for (const { at } of calls) if (at >= from && at < until) counts[Math.floor((at - from) / hour)] = (counts[Math.floor((at - from) / hour)] ?? 0) + 1;
  return counts;
};

const lifetimes = [
  { named: 'a day', seconds: 86_400, connections: 800, usualHours: 24, afterwardsHours: 40 },
  { named: 'two hours', seconds: 7_200, connections: 150, usualHours: 4, afterwardsHours: 8 },
];

describe.each(lifetimes)('TikTok away for a whole day, with tokens that live $named', ({ seconds, connections, usualHours, afterwardsHours }) => {
  it('costs no consent, and afterwards no more than twice the usual calls come in any hour', { timeout: 120_000 }, async () => {
    const world = createTokenWorld();
    world.tiktok.lifetimes = { access: seconds, refresh: 180 * 86_400 };
    const background = createBackground(world, 'eager');
    const ids: ConnectionId[] = [];
    // People come over a while; then everything goes its usual way.
    for (let minute = 0; minute < usualHours * 60; minute += 1) {
      while (ids.length < (connections * (minute + 1)) / (usualHours * 60)) {
        const id = await world.connect(`account-${ids.length}`);
        ids.push(id);
        await background.follow(id);
      }
      await background.pass(1);
    }
    await background.pass(usualHours * 60);
    const away = world.clock.elapsed();
    let calls = 0;
    world.tiktok.refreshing = () => errAsync((calls += 1) % 2 === 0 ? serverError : noAnswer);
    world.tiktok.userInfoFailure = () => serverError;
    await background.pass(1_440);
    const back = world.clock.elapsed();
    world.tiktok.refreshing = world.tiktok.answers;
    world.tiktok.userInfoFailure = () => null;
    await background.pass(afterwardsHours * 60);

    const all = [...world.tiktok.refreshes, ...world.tiktok.userInfos];
    const usual = all.filter(({ at }) => at >= away - usualHours * hour && at < away).length / usualHours;
    expect(Math.max(...perHour(all, back, world.clock.elapsed()))).toBeLessThanOrEqual(2 * usual);
    expect(Math.max(...perHour(world.tiktok.refreshes, away + hour, back))).toBeLessThanOrEqual(75);
    const refreshedSince = new Set(world.tiktok.refreshes.filter(({ at }) => at >= back).map(({ account }) => account));
    expect(refreshedSince.size).toBe(connections);
    const statuses = await Promise.all(ids.map((id) => world.types(id)));
    expect(statuses.filter((types) => types.includes('ReauthorizationRequired'))).toEqual([]);
  });
});
