import type { World } from '../world/world.ts';

const windowMs = 60_000;

/** Counts a call in the sliding minute of its token. @param at ms since the epoch, simulated @returns whether it is one too many */
export function exceedsRate({ publishing: { calls } }: World, endpoint: string, token: string, limit: number | null, at: number): boolean {
  if (limit === null) return false;
  const key = `${endpoint} ${token}`;
  const recent = (calls.get(key) ?? []).filter((time) => time > at - windowMs && time <= at);
  const isTooMany = recent.length >= limit;
  calls.set(key, isTooMany ? recent : [...recent, at]);
  return isTooMany;
}
