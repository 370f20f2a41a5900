import { err, ok, type Result } from 'neverthrow';
import type { Answer } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Endpoint, Simulation } from '../wire/endpoint.ts';
import { jsonAnswer, oauthError } from '../wire/json-answer.ts';
import type { Grant } from '../world/grant.ts';
import type { World } from '../world/world.ts';
import { livingAccess } from './access.ts';
import { malformed, readClientForm, refusal, type ClientForm, type Refusal } from './client-check.ts';
import { revokeGrant } from './revocation.ts';

/** Ends the whole grant behind an access token, and thereby all of its tokens. */
export const revokeEndpoint: Endpoint = {
  method: 'POST',
  path: '/v2/oauth/revoke/',
  changesWorld: true,
  name: () => 'revoke',
  handle: ({ world }: Simulation, call: Call): Answer =>
    readClientForm(world, call)
      .andThen((form) => grantBehind(world, form))
      .match(
        (grant) => {
          revokeGrant(world, grant, 'app');
          return done(world, call);
        },
        ({ error, description }) => oauthError(world.settings, call, error, description),
      ),
};

function grantBehind(world: World, { app, fields }: ClientForm): Result<Grant, Refusal> {
  const token = fields.get('token');
  if (!token) return err(malformed);
  const access = livingAccess(world, token);
  if (access === null || access.grant.clientKey !== app.clientKey) {
    return err(refusal('invalid_grant', 'The access token is invalid or expired.'));
  }
  return ok(access.grant);
}

function done(world: World, call: Call): Answer {
  const { revokeBody } = world.settings;
  const answer = jsonAnswer(world.settings, call, 200, {});
  return revokeBody === 'empty' || (revokeBody === 'either' && call.dice() < 0.5) ? { ...answer, body: '' } : answer;
}
