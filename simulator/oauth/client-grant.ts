import { ok, type Result } from 'neverthrow';
import { drawText } from '../world/draw.ts';
import { nextSerial, type World } from '../world/world.ts';
import type { ClientForm, Refusal } from './client-check.ts';
import type { TokenBody } from './tokens.ts';

/** A token of the app itself; none of the endpoints here takes it. */
export function issueClientToken(world: World, { app }: ClientForm): Result<TokenBody, Refusal> {
  const serial = nextSerial(world, `clt ${app.clientKey}`);
  return ok({ access_token: `clt.SIM${drawText(world.seed, 57, 'clt', app.clientKey, serial)}`, expires_in: 7200, token_type: 'Bearer' });
}
