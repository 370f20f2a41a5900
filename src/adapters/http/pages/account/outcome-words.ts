import { z } from 'zod';
import { connectErrors, type ConnectError } from '../../../../application/connecting/complete-authorization.ts';

/** The page's own address may carry the query of APP_RETURN_URL, so other fields are let through. */
export const outcomeQuery = z.looseObject({
  tiktok_success: z.unknown().optional(),
  tiktok_error: z.unknown().optional(),
  disconnected: z.unknown().optional(),
});

/** What a person is told after coming back. */
export type OutcomeWords = Readonly<{ tone: 'good' | 'bad'; what: string; next: string }>;

const bad = (what: string, next: string): OutcomeWords => ({ tone: 'bad', what, next });

const words: Readonly<Record<ConnectError, OutcomeWords>> = {
  missing_parameters: bad(
    'TikTok sent you back without the details we need.',
    'Start again with the connect button and do not change the address.',
  ),
  invalid_state: bad(
    'This attempt to connect has ended, or it was begun in another browser.',
    'Start again with the connect button, and finish on TikTok within ten minutes. Cookies must be allowed.',
  ),
  session_expired: bad(
    'You are no longer signed in, or the link was used before.',
    'Sign in again, or ask for a new link, then connect once more.',
  ),
  access_denied: bad(
    'TikTok did not get your permission, so nothing was connected.',
    'If you changed your mind, connect again and approve on TikTok.',
  ),
  token_exchange_failed: bad(
    'TikTok did not confirm the connection.',
    'Try again in a minute. If it keeps failing, tell whoever runs this service.',
  ),
  missing_scopes: bad(
    'You did not allow us to see your basic profile, which we need.',
    'Connect again and leave the permission for your profile switched on.',
  ),
  user_info_failed: bad('TikTok did not show us your profile.', 'Try again in a minute.'),
  account_linked_to_another_user: bad(
    'This TikTok account is already connected by another user.',
    'Disconnect it there first, or choose another account on TikTok with “Switch account”.',
  ),
  database_error: bad('We could not save the connection.', 'Nothing was lost. Try again in a minute.'),
  unexpected_error: bad('Something went wrong on our side.', 'Try again. If it happens again, tell whoever runs this service.'),
};

const connected: OutcomeWords = { tone: 'good', what: 'Your TikTok account is connected.', next: '' };
const disconnected: OutcomeWords = {
  tone: 'good',
  what: 'The TikTok account is disconnected.',
  next: 'Its tokens are gone from this service.',
};

const isConnectError = (code: string): code is ConnectError => connectErrors.some((known) => known === code);

/** The words for the outcome that the page's address names; null when it names none. */
export const outcomeWords = (query: z.infer<typeof outcomeQuery>): OutcomeWords | null => {
  const { tiktok_error: error } = query;
  if (error !== undefined) return words[typeof error === 'string' && isConnectError(error) ? error : 'unexpected_error'];
  if (query.tiktok_success === 'true') return connected;
  return query.disconnected === '1' ? disconnected : null;
};
