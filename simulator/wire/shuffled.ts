import type { Dice } from '../world/draw.ts';

/** The same JSON value with the keys of every object in another order. */
export function shuffled(value: unknown, dice: Dice): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, dice));
  if (typeof value !== 'object' || value === null) return value;
  const ranked = Object.entries(value).map(([key, item]) => ({ key, item: shuffled(item, dice), rank: dice() }));
  ranked.sort((a, b) => a.rank - b.rank);
  return Object.fromEntries(ranked.map(({ key, item }) => [key, item]));
}
