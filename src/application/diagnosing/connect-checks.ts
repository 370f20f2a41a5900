import type { Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { RecentTroubles } from '../ports/database-diagnosis.ts';
import { fine, noAnswer, warning, type Finding } from './check.ts';

type Cause = Readonly<{ code: string; tiktok?: RegExp; means: string; remedy: string }>;

/** The first that fits. What TikTok said tells more than our own code. */
const causes: readonly Cause[] = [
  { code: 'token_exchange_failed', tiktok: /invalid_client|unauthorized_client/, means: 'wrong client key or secret', remedy: 'Copy TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET from the same page of the developer portal.' },
  { code: 'token_exchange_failed', tiktok: /redirect/, means: 'the redirect URI does not match', remedy: 'Give every replica the same TIKTOK_REDIRECT_URI, to the letter what is registered in the developer portal.' },
  { code: 'access_denied', tiktok: /scope/, means: 'a scope is not approved', remedy: 'Ask for approved scopes in TIKTOK_SCOPES, or have the product that brings the scope approved.' },
  { code: 'missing_scopes', means: 'a scope was not granted', remedy: 'Ask for user.info.basic in TIKTOK_SCOPES, and have the scopes approved; else the person unticked it.' },
  { code: 'invalid_state', means: 'the state did not match', remedy: 'See the check cookies; else the callback was loaded twice, or opened in another browser.' },
];

const causeOf = (code: string, tiktok: string | null): Cause | undefined =>
  causes.find((cause) => cause.code === code && (cause.tiktok === undefined || cause.tiktok.test(tiktok ?? '')));

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** What connects of the last day were refused for, where it points to settings rather than to persons. */
export const connectsFinding = (troubles: Result<RecentTroubles, Unavailable>): Finding => {
  if (troubles.isErr()) return noAnswer(troubles.error);
  const known = troubles.value.refused.flatMap(({ code, tiktok, count }) => {
    const cause = causeOf(code, tiktok);
    return cause === undefined ? [] : [{ cause, said: tiktok === null ? code : `${code}, ${tiktok}`, count }];
  });
  if (known.length === 0) return fine('No connect of the last day was refused for what settings may be the cause of.');
  return warning(
    known.map(({ cause, said, count }) => `Connects of the last day ended ${times(count)} because ${cause.means} (${said}).`).join(' '),
    [...new Set(known.map(({ cause }) => cause.remedy))].join(' '),
  );
};

/** Connections whose tokens cannot be kept alive any more. */
export const tokensFinding = (troubles: Result<RecentTroubles, Unavailable>): Finding => {
  if (troubles.isErr()) return noAnswer(troubles.error);
  const { reauthorization, expired } = troubles.value;
  const parts = [
    ...reauthorization.map(({ reason, count }) => `${count} need the person's consent again (${reason})`),
    ...(expired === 0 ? [] : [`${expired} have an access token that has expired and was not refreshed`]),
  ];
  if (parts.length === 0) return fine('No connection has expired tokens.');
  return warning(
    `Of the connections ${parts.join('; ')}.`,
    'Consent is given on the account page or by a link of POST /v1/connect-sessions. Expired tokens are refreshed by a replica with the role worker, or when they are asked for where TOKEN_REFRESH is lazy; see what the check credentials says.',
  );
};
