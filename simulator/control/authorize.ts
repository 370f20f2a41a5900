import type { FastifyInstance } from 'fastify';
import { ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { readAuthorizeRequest, type AuthorizeProblem } from '../oauth/authorize-request.ts';
import { approve, cancelled, standingConsent } from '../oauth/consent.ts';
import type { World } from '../world/world.ts';
import type { Service } from '../wire/serve.ts';
import { ControlProblem, found, parsed } from './problem.ts';

const bodySchema = z.strictObject({
  /** Where the application sends the browser. */
  url: z.url(),
  account: z.string().optional(),
  /** What the person leaves ticked; all that was asked for when left out. */
  scopes: z.array(z.string()).optional(),
  cancel: z.boolean().default(false),
});
type Wish = z.infer<typeof bodySchema>;

/** Does what a person would do on the authorize page, without a browser. */
export function authorizeRoute(control: FastifyInstance, { simulation: { world } }: Service): void {
  control.post('/authorize', async ({ body }) => {
    const wish = parsed(bodySchema, body);
    const url = new URL(wish.url);
    if (!/^\/v2\/auth\/authorize\/?$/.test(url.pathname)) throw new ControlProblem(400, `${url.pathname} is not the authorize page.`);
    return conclude(world, url, wish).match(
      (callbackUrl) => ({ callback_url: callbackUrl }),
      ({ error, errorType, errorCode, hint }) => {
        throw new ControlProblem(422, hint, { error_page: { error, error_type: errorType, errCode: errorCode } });
      },
    );
  });
}

function conclude(world: World, url: URL, wish: Wish): Result<string, AuthorizeProblem> {
  return readAuthorizeRequest(world, url.searchParams).andThen((request) => {
    const accountId = wish.account ?? [...world.accounts.keys()][0] ?? '';
    found(world.accounts.get(accountId), `account ${accountId}`);
    const standing = standingConsent(world, request, accountId);
    if (standing !== null && wish.scopes === undefined && !wish.cancel) return approve(world, request, accountId, standing);
    return wish.cancel ? ok(cancelled(request)) : approve(world, request, accountId, wish.scopes ?? request.scopes);
  });
}
