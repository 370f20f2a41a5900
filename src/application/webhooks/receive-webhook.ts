import { err, type Result } from 'neverthrow';
import type { ClientKey } from '../../domain/values/ids.ts';
import { millisOf } from '../../domain/values/instant.ts';
import type { Unavailable } from '../failures.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { TikTokWebhooks } from '../ports/tiktok-webhooks.ts';
import type { WebhookIntake } from '../ports/webhook-intake.ts';
import { parseSignatureHeader } from './signature-header.ts';
import type { WebhookBodies } from './sealed-body.ts';
import { isHandled, isToBeHandled } from './webhook-events.ts';

export interface ReceivePorts {
  readonly clientKey: ClientKey;
  readonly webhooks: TikTokWebhooks;
  readonly bodies: WebhookBodies;
  readonly intake: WebhookIntake;
  readonly ids: Pick<Ids, 'connectionId'>;
  readonly clock: Pick<Clock, 'now'>;
  /** There may be something to work on. */
  readonly wake: () => void;
}

/** Nothing shows that TikTok sent this, now and to us. `reason` repeats nothing of the request. */
export type WebhookRefused = Readonly<{ kind: 'WebhookRefused'; reason: string }>;

const aheadSeconds = 5 * 60;
/** TikTok tries again for three days, perhaps with the first time stamp; what comes twice is recognised by its digest. */
const behindSeconds = 7 * 24 * 3_600;

const refuse = (reason: string): Result<never, WebhookRefused> => err({ kind: 'WebhookRefused', reason });

/**
 * Takes a webhook in: proved by its signature over the raw body, stored durably with its body sealed.
 * @param header `TikTok-Signature`; null when it is missing
 * @returns whether it was new
 */
export const receiveWebhook = async (ports: ReceivePorts, header: string | null, body: Uint8Array): Promise<Result<boolean, WebhookRefused | Unavailable>> => {
  if (header === null) return refuse('The header TikTok-Signature is missing.');
  const parsed = parseSignatureHeader(header);
  if (parsed.isErr()) return refuse(`The header TikTok-Signature ${parsed.error.reason}.`);
  const { timestamp, seconds, signature } = parsed.value;
  if (!ports.webhooks.matches(timestamp, body, signature)) return refuse('The signature is not that of this body.');
  const age = Math.floor(millisOf(ports.clock.now()) / 1_000) - seconds;
  if (age < -aheadSeconds) return refuse('The signature is of a time to come.');
  if (age > behindSeconds) return refuse('The signature is too old.');
  const envelope = ports.webhooks.read(body);
  if (envelope?.clientKey !== ports.clientKey) return refuse('The webhook is not for this app.');
  const { event, openId, text } = envelope;
  const digest = ports.webhooks.digest(ports.clientKey, body);
  const sealed = await ports.bodies.seal(digest, text);
  if (sealed.isErr()) return err(sealed.error);
  const connectionId = openId === null ? null : ports.ids.connectionId(ports.clientKey, openId);
  const stored = await ports.intake.store({ digest, event, connectionId, body: sealed.value, toBeHandled: isToBeHandled(event), traceparent: null });
  if (isHandled(event) && stored.unwrapOr(false)) ports.wake();
  return stored;
};
