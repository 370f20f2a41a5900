import { err, ok, type Result } from 'neverthrow';
import { livingAccess, type Access } from '../oauth/access.ts';
import type { Answer } from '../wire/answer.ts';
import { bearerOf } from '../wire/bearer.ts';
import type { Call } from '../wire/call.ts';
import { dataError } from '../wire/json-answer.ts';
import type { SimulatedAccount } from '../world/account.ts';
import type { World } from '../world/world.ts';

export type Visitor = Readonly<{ access: Access; account: SimulatedAccount }>;

/** Whose data a call may see, by its access token. */
export function readVisitor(world: World, call: Call): Result<Visitor, Answer> {
  const access = livingAccess(world, bearerOf(call) ?? '');
  const account = access === null ? undefined : world.accounts.get(access.grant.accountId);
  if (access === null || account === undefined) {
    return err(dataError(world.settings, call, 'access_token_invalid', 'The access token is invalid or not found in the request.'));
  }
  return ok({ access, account });
}

export function scopeMissing(world: World, call: Call): Answer {
  return dataError(
    world.settings,
    call,
    'scope_not_authorized',
    'The user did not authorize the scope required for completing this request.',
  );
}
