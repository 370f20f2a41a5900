import { draw } from '../world/draw.ts';
import { now, type World } from '../world/world.ts';
import type { Call } from '../wire/call.ts';

/** The query that lets an image be fetched for a while; another one in every answer. */
export function signedQuery(world: World, call: Call, path: string, lifetimeSeconds: number): string {
  const expires = Math.floor(now(world) / 1000) + lifetimeSeconds;
  const nonce = Math.floor(call.dice() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
  return new URLSearchParams({
    'x-expires': String(expires),
    'x-nonce': nonce,
    'x-signature': signature(world, path, String(expires), nonce),
  }).toString();
}

/** Whether the address carries a signature of ours that has not run out. */
export function isSigned(world: World, call: Call): boolean {
  const expires = call.query.get('x-expires') ?? '';
  const expected = signature(world, call.path, expires, call.query.get('x-nonce') ?? '');
  return call.query.get('x-signature') === expected && now(world) / 1000 < Number(expires);
}

function signature(world: World, path: string, expires: string, nonce: string): string {
  return draw(world.seed, 'image', path, expires, nonce).toString('base64').slice(0, 28);
}
