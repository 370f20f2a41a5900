import type { LeasedWebhook } from '../ports/webhook-intake.ts';

export type WebhookOutcome =
  /** Nothing more is to be done, and nothing of the body is needed. */
  | Readonly<{ kind: 'Done' }>
  /** To be leased again after so many milliseconds (the runtime adds its own backoff by attempts). */
  | Readonly<{ kind: 'Retry'; afterMillis: number; reason: string }>;

/** Decides from the stream; working on one webhook twice must be harmless. */
export type WebhookHandler = (webhook: LeasedWebhook) => Promise<WebhookOutcome>;

/** Why a webhook waits whose `publish_id` no publication has, perhaps for ever: counted apart. */
export const unmatched = 'no publication has its publish_id';
