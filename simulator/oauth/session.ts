import type { SimulatedAccount } from '../world/account.ts';
import type { World } from '../world/world.ts';
import type { Call } from '../wire/call.ts';

const cookieName = 'tiktok_simulator_account';

/** The account this browser is signed in to, as far as the simulator's cookie says. */
export function sessionAccount(world: World, call: Call): SimulatedAccount | null {
  const cookies = (call.headers['cookie'] ?? '').split(/[;,]\s*/);
  const accountId = cookies.find((cookie) => cookie.startsWith(`${cookieName}=`))?.slice(cookieName.length + 1);
  return accountId === undefined ? null : (world.accounts.get(accountId) ?? null);
}

export function sessionCookie(accountId: string): string {
  return `${cookieName}=${accountId}; Path=/v2/auth/; HttpOnly; SameSite=Lax`;
}
