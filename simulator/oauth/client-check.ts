import { err, ok, type Result } from 'neverthrow';
import type { SimulatedApp } from '../world/app.ts';
import type { World } from '../world/world.ts';
import type { OAuthError } from '../wire/json-answer.ts';
import type { Call } from '../wire/call.ts';
import { formFields, isForm } from './form.ts';

export type Refusal = Readonly<{ error: OAuthError; description: string }>;
export type ClientForm = Readonly<{ app: SimulatedApp; fields: ReadonlyMap<string, string> }>;

export const refusal = (error: OAuthError, description: string): Refusal => ({ error, description });
export const malformed: Refusal = refusal('invalid_request', 'The request parameters are malformed.');

/** What the token and revoke endpoints check before anything else: a form, and the app's key and secret in it. */
export function readClientForm(world: World, call: Call): Result<ClientForm, Refusal> {
  if (!isForm(call)) {
    return err(refusal('invalid_request', 'Only `application/x-www-form-urlencoded` is accepted as Content-Type.'));
  }
  const fields = formFields(call);
  if (fields === null) return err(malformed);
  if (!fields.get('client_key')) return err(refusal('invalid_request', 'Client key is missed in request.'));
  if (!fields.get('client_secret')) return err(refusal('invalid_request', 'Client secret is missed in request.'));
  const app = world.apps.get(fields.get('client_key') ?? '');
  if (app === undefined || app.clientSecret !== fields.get('client_secret')) {
    return err(refusal('invalid_client', 'Client key or secret is incorrect.'));
  }
  return ok({ app, fields });
}
