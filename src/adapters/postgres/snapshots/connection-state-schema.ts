import { z } from 'zod';
import { reauthorizationReasons } from '../../../domain/connection/events.ts';
import type { ConnectionState } from '../../../domain/connection/state.ts';
import { attemptId, authorizationId, clientKey, publicationId, userId, webhookId } from '../../../domain/values/ids.ts';
import { instant } from '../../../domain/values/instant.ts';
import { scope } from '../../../domain/values/scopes.ts';
import { sealed } from '../../../domain/values/sealed.ts';

const moment = z.iso.datetime({ precision: 3 }).transform((text) => instant(Date.parse(text)));
const attempt = z.string().transform(attemptId);
const envelope = z.string().transform(sealed);
const count = z.int().min(0);

const begun = {
  life: count,
  lives: z.array(z.strictObject({ life: count, userId: z.string().transform(userId), erased: z.boolean() })),
  userId: z.string().transform(userId),
  clientKey: z.string().transform(clientKey),
  connectedAt: moment,
  profile: envelope,
  scopes: z.array(z.string().transform(scope)),
};

const living = {
  ...begun,
  authorizationId: z.string().transform(authorizationId),
  tokens: z.strictObject({ access: envelope, refresh: envelope }),
  accessTokenExpiresAt: moment,
  refreshTokenExpiresAt: moment.nullable(),
  refreshing: z.strictObject({
    tokenSet: count,
    issuedAt: moment,
    broughtBy: attempt.nullable(),
    attempts: z.array(z.strictObject({ id: attempt, probe: z.boolean(), deadline: moment, tokenSet: count })),
    open: attempt.nullable(),
    doubtful: z.boolean(),
    failures: count,
    lastFailedAt: moment.nullable(),
  }),
  ignoredRevocations: z.array(z.string().transform(webhookId)),
  publishRequests: z.array(z.string().transform(publicationId)),
};

/** The state as a snapshot holds it: nothing of it is plain that the events hold sealed. */
export const connectionStateSchema: z.ZodType<ConnectionState> = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('none') }),
  z.strictObject({ status: z.literal('active'), ...living }),
  z.strictObject({ status: z.literal('reauthorization_required'), reason: z.enum(reauthorizationReasons), ...living }),
  z.strictObject({
    status: z.literal('disconnected'),
    ...begun,
    by: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('user') }),
      z.strictObject({ kind: z.literal('operator') }),
      z.strictObject({ kind: z.literal('tiktok'), reason: z.number() }),
    ]),
    disconnectedAt: moment,
  }),
]);
