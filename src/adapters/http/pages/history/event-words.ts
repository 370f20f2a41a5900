import { z } from 'zod';
import type { HistoryEntry } from '../../../../application/auditing/history-entry.ts';

const names = z.array(z.string()).default([]);

/** What the sentences need of an event's data; whatever is not there is left out of them. */
const told = z.looseObject({
  life: z.number().optional(),
  scopes: names,
  added: names,
  removed: names,
  changed: names,
  probe: z.boolean().default(false),
  access_token_refused: z.boolean().default(false),
  class: z.string().default(''),
  code: z.string().nullish(),
  reason: z.string().default(''),
  why: z.string().default(''),
  access_token_expires_at: z.string().default(''),
  revoke_confirmed: z.boolean().default(false),
  by: z.looseObject({ kind: z.string(), reason: z.number().optional() }).optional(),
  request: z.looseObject({ kind: z.string(), mode: z.string() }).optional(),
});

type Told = z.infer<typeof told>;
export type EventWords = Readonly<{ what: string; why: string; tone: 'plain' | 'good' | 'warning' | 'bad' }>;

const words = (tone: EventWords['tone'], what: string, why: string): EventWords => ({ tone, what, why });

const list = (parts: readonly string[]): string => parts.join(', ');

const failureClasses: Readonly<Record<string, string>> = {
  transient: 'TikTok could not answer then. It is tried again.',
  unknown_outcome: 'No answer came, so it is not known whether TikTok did it.',
  configuration: 'TikTok did not accept this service itself. Its operator was told.',
};

const consentReasons: Readonly<Record<string, string>> = {
  refresh_rejected: 'TikTok refused to renew the access.',
  response_lost: 'TikTok’s answer to a renewal was lost, and with it the key to the next.',
  refresh_token_expired: 'The permission had run out.',
  scope_lost: 'A permission that is needed was taken away.',
  key_lost: 'The key that protected the tokens is missing.',
};

const lostAnswer = 'An earlier answer was lost: TikTok is asked whether the old key still works.';

const removalReasons: Readonly<Record<number, string>> = {
  1: 'The permission was removed in TikTok.',
  2: 'The TikTok account was deleted.',
  3: 'TikTok says that the age of the account has changed.',
  4: 'TikTok has banned the account.',
  5: 'This service gave the permission back.',
};

const ignoredReasons: Readonly<Record<string, string>> = {
  older_life: 'The news was older than this connection.',
  still_granted: 'TikTok was asked, and still grants the permission.',
  not_confirmable: 'There was no token left to ask TikTok with.',
};

const disconnected = ({ by, revoke_confirmed: revoked }: Told): EventWords => {
  if (by?.kind === 'tiktok') return words('bad', 'Disconnected by TikTok', removalReasons[by.reason ?? 0] ?? 'TikTok gave no reason.');
  return words('bad', 'Disconnected', revoked ? 'TikTok confirmed that the permission has ended.' : 'TikTok did not confirm the end of the permission.');
};

const requested = ({ request }: Told): EventWords => {
  const what = request?.kind === 'photo' ? 'photos' : 'a video';
  return request?.mode === 'draft'
    ? words('plain', `Accepted ${what} for the TikTok inbox`, 'To be finished and posted in TikTok’s app.')
    : words('plain', `Accepted ${what} for posting`, 'With the consent given on the posting page.');
};

const byType: Readonly<Record<string, (event: Told) => EventWords>> = {
  Connected: ({ scopes }) => words('good', 'Connected', `Consent was given on TikTok. Allowed: ${list(scopes)}.`),
  TokenRefreshStarted: ({ probe, access_token_refused: refused }) =>
    words('plain', 'Began to renew the access', `${refused ? 'TikTok no longer took the access. ' : ''}${probe ? lostAnswer : refused ? '' : 'The access was running out, or was asked for anew.'}`.trim()),
  TokensRefreshed: ({ access_token_expires_at: end }) => words('plain', 'Access renewed', `TikTok gave new tokens${end === '' ? '' : `, good until ${spokenTime(end)}`}.`),
  TokenRefreshFailed: (event) => words('warning', 'Renewing the access failed', `${failureClasses[event.class] ?? ''}${event.code ? ` (${event.code})` : ''}`.trim()),
  ReauthorizationRequired: ({ reason }) => words('warning', 'Consent needed again', consentReasons[reason] ?? reason),
  ProfileChanged: ({ changed }) => words('plain', 'Profile changed', `TikTok shows another ${list(changed).replaceAll('_', ' ')}.`),
  ScopesChanged: ({ added, removed }) =>
    words('plain', 'Permissions changed', [added.length > 0 ? `New: ${list(added)}.` : '', removed.length > 0 ? `Gone: ${list(removed)}.` : ''].join(' ').trim()),
  PublishRequested: requested,
  Disconnected: disconnected,
  RevocationIgnored: ({ why }) => words('plain', 'News of a removal changed nothing', ignoredReasons[why] ?? why),
  PersonalDataErased: () => words('bad', 'Personal data erased', 'What was sealed here can never be read again.'),
};

/** A moment as the page shows it: to the second, UTC. */
export const spokenTime = (moment: string): string => `${moment.slice(0, 10)} ${moment.slice(11, 19)} UTC`;

/** What happened and why, for a person. */
export const eventWords = ({ type, data }: HistoryEntry): EventWords => {
  if ('unreadable' in data) return words('warning', type, 'This version of the service cannot read the event.');
  const read = told.safeParse(data);
  const say = byType[type];
  return say === undefined || !read.success ? words('plain', type, '') : say(read.data);
};

/** Who did it. @param viewer the user id of whoever reads */
export const actorWords = ({ actor }: HistoryEntry, viewer: string): string => {
  switch (actor?.kind) {
    case undefined:
      return 'Unknown';
    case 'user':
      return actor.id === viewer ? 'You' : 'Another user';
    case 'service':
      return `The application, with key ${actor.id}`;
    case 'system':
      return `This service (${actor.id.replaceAll('_', ' ')})`;
    case 'tiktok':
      return 'TikTok';
  }
};
