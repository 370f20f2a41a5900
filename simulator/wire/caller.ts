import type { World } from '../world/world.ts';
import { bearerOf } from './bearer.ts';
import type { Call } from './call.ts';
import { parametersOf } from './parameters.ts';

/** The app and the account a call is about, as far as its parameters tell; dead tokens tell too. */
export type Caller = Readonly<{ clientKey: string | null; account: string | null }>;

export function identify(world: World, call: Call): Caller {
  const parameter = (name: string): string => {
    const value = parametersOf(call)[name];
    return typeof value === 'string' ? value : '';
  };
  const held =
    world.accessTokens.get(bearerOf(call) ?? '') ??
    world.accessTokens.get(parameter('token')) ??
    world.refreshTokens.get(parameter('refresh_token')) ??
    world.codes.get(parameter('code')) ??
    world.publishing.tasks.get(world.publishing.uploads.get(parameter('upload_id')) ?? '');
  return { clientKey: held?.clientKey ?? (parameter('client_key') || null), account: held?.accountId ?? null };
}
