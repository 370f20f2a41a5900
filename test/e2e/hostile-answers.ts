import type { z } from 'zod';
import type { FaultRule } from '../support/simulator-control.ts';

type Action = NonNullable<FaultRule['action']>;
type Json = z.infer<ReturnType<typeof z.json>>;
type Spoilt = readonly [name: string, action: Action];

const respond = (body: Json, status = 200, headers: Record<string, string> = {}): Action => ({ type: 'respond', status, headers, body });
const change = (set: Record<string, Json>): Action => ({ type: 'transform', set });
const without = (field: string): Action => ({ type: 'transform', delete: [field] });

/** What either endpoint may answer. */
export const spoiltAnswers: readonly Spoilt[] = [
  ['an HTML page', { type: 'html' }],
  ['an HTML page with 200', { type: 'html', status: 200 }],
  ['the right fields as an HTML page', { type: 'transform', headers: { 'content-type': 'text/html' } }],
  ['half of its JSON', { type: 'truncate' }],
  ['half of its JSON, then a broken connection', { type: 'truncate', hang_up: true }],
  ['one character', { type: 'truncate', characters: 1 }],
  ['an error with 200', { type: 'error', code: 'invalid_grant' }],
  ['an internal error', { type: 'error', code: 'internal_error', status: 500 }],
  ['a rate limit', { type: 'error', code: 'rate_limit_exceeded', status: 429 }],
  ['a redirect to itself', { type: 'redirect', location: '/v2/oauth/token/', status: 307 }],
  ['a redirect to an inner address', { type: 'redirect', location: 'http://169.254.169.254/latest/meta-data/' }],
  ['a broken connection', { type: 'drop' }],
  ['a body of 50 MB', { type: 'huge' }],
  ['nothing, with 200', respond('')],
  ['nothing, with 204', respond('', 204)],
  ['a list', respond([])],
  ['null', respond(null)],
  ['an empty object', respond({})],
  ['another charset', respond('{}', 200, { 'content-type': 'application/json; charset=utf-16le' })],
];

/** What never ends: each takes the time that a call may take. */
export const endlessAnswers: readonly Spoilt[] = [
  ['silence', { type: 'hang' }],
  ['a character a second', { type: 'drip' }],
];

/** What only the token endpoint can get wrong, and what becomes of it. */
export const oddTokens: readonly (readonly [name: string, action: Action, error: string])[] = [
  ['no expires_in', without('expires_in'), 'token_exchange_failed'],
  ['an expires_in of 0', change({ expires_in: 0 }), 'token_exchange_failed'],
  ['an expires_in below 0', change({ expires_in: -86_400 }), 'token_exchange_failed'],
  ['an expires_in with a fraction', change({ expires_in: 3_600.5 }), 'token_exchange_failed'],
  ['an expires_in as text', change({ expires_in: '86400' }), 'token_exchange_failed'],
  ['an expires_in over ten years', change({ expires_in: 400_000_000 }), 'token_exchange_failed'],
  ['a refresh_expires_in as text', change({ refresh_expires_in: 'never' }), 'token_exchange_failed'],
  ['no access_token', without('access_token'), 'token_exchange_failed'],
  ['no refresh_token', without('refresh_token'), 'token_exchange_failed'],
  ['no open_id', without('open_id'), 'token_exchange_failed'],
  ['no scope', without('scope'), 'token_exchange_failed'],
  ['a token of another type', change({ token_type: 'mac' }), 'token_exchange_failed'],
  ['a token with a line break', change({ access_token: 'act.made-up\r\nX-Injected: 1' }), 'token_exchange_failed'],
  ['a token beside an error', change({ error: 'invalid_grant' }), 'token_exchange_failed'],
  ['scopes that lack user.info.basic', change({ scope: 'video.publish' }), 'missing_scopes'],
  ['no scopes at all', change({ scope: '' }), 'missing_scopes'],
  ['more scopes than the person gave', change({ scope: 'user.info.basic,user.info.profile,video.publish' }), 'user_info_failed'],
  ["somebody else's open_id", change({ open_id: '-000MadeUpOpenIdOfSomebodyElse0000000' }), 'user_info_failed'],
  ['a token that it does not know', change({ access_token: 'act.MadeUpByNobody!1234.va' }), 'user_info_failed'],
];

/** What only the user info endpoint can get wrong. */
export const oddProfiles: readonly Spoilt[] = [
  ['no data', without('data')],
  ['no user', without('data.user')],
  ['no open_id', without('data.user.open_id')],
  ["somebody else's open_id", change({ 'data.user.open_id': '-000MadeUpOpenIdOfSomebodyElse0000000' })],
  ['the open_id with its dashes left out', change({ 'data.user.open_id': '000MadeUpOpenIdWithoutDashes00000000' })],
  ['an open_id that is a number', change({ 'data.user.open_id': 7 })],
  ['a name that is an object', change({ 'data.user.display_name': {} })],
  ['a name of a megabyte', change({ 'data.user.display_name': 'a'.repeat(1_000_000) })],
  ['an error beside the data', change({ 'error.code': 'scope_not_authorized' })],
  ['no error code', without('error')],
];
