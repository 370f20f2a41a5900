import { err, type Result } from 'neverthrow';
import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint, Simulation } from '../wire/endpoint.ts';
import { jsonAnswer, oauthError } from '../wire/json-answer.ts';
import type { World } from '../world/world.ts';
import { malformed, readClientForm, refusal, type ClientForm, type Refusal } from './client-check.ts';
import { issueClientToken } from './client-grant.ts';
import { exchangeCode } from './code-grant.ts';
import { refresh } from './refresh-grant.ts';
import type { TokenBody } from './tokens.ts';

type GrantType = (world: World, form: ClientForm) => Result<TokenBody, Refusal>;

const grantTypes: ReadonlyMap<string, Readonly<{ name: string; issue: GrantType }>> = new Map([
  ['authorization_code', { name: 'token.code', issue: exchangeCode }],
  ['refresh_token', { name: 'token.refresh', issue: refresh }],
  ['client_credentials', { name: 'token.client', issue: issueClientToken }],
]);

export const tokenEndpoint: Endpoint = {
  method: 'POST',
  path: '/v2/oauth/token/',
  changesWorld: true,
  name: (call) => grantTypes.get(new URLSearchParams(call.body).get('grant_type') ?? '')?.name ?? 'token',
  handle: ({ world }: Simulation, call: Call): Answer =>
    readClientForm(world, call)
      .andThen((form) => issue(world, form))
      .match(
        (body) => jsonAnswer(world.settings, call, 200, body),
        ({ error, description }) => oauthError(world.settings, call, error, description),
      ),
};

function issue(world: World, form: ClientForm): Result<TokenBody, Refusal> {
  const name = form.fields.get('grant_type');
  if (name === undefined || name === '') return err(malformed);
  const grantType = grantTypes.get(name);
  return grantType === undefined
    ? err(refusal('unsupported_grant_type', 'The grant type is not supported.'))
    : grantType.issue(world, form);
}
