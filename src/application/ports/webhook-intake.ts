import type { ResultAsync } from 'neverthrow';
import type { ConnectionId, WebhookId } from '../../domain/values/ids.ts';
import type { Sealed } from '../../domain/values/sealed.ts';
import type { Unavailable } from '../failures.ts';

export type NewWebhook = Readonly<{
  /** Of client key and body; a second one with the same digest is a duplicate. */
  digest: string;
  /** TikTok's name of what happened. */
  event: string;
  /** Whom it is about; null when it names nobody. */
  connectionId: ConnectionId | null;
  body: Sealed;
  /** Whether somebody is to work on it, now or once a version knows how; others are only kept. */
  toBeHandled: boolean;
  /** The W3C trace context that it came in; null where nothing is traced. */
  traceparent: string | null;
}>;

/** Webhooks that TikTok delivered, kept for 30 days. */
export interface WebhookIntake {
  /** One statement, durable when it answers; those that come together share it. @returns false when it was stored before */
  store(webhook: NewWebhook): ResultAsync<boolean, Unavailable>;
}

/** A stored webhook in the hands of a worker. */
export type LeasedWebhook = Readonly<{
  id: WebhookId;
  digest: string;
  event: string;
  connectionId: ConnectionId | null;
  /** Null once the person it is about was erased. */
  body: Sealed | null;
  /** This try included. */
  attempts: number;
  /** Since it was taken in. */
  waitedMillis: number;
  /** The W3C trace context that it was taken in under; null where nothing was traced. */
  traceparent: string | null;
}>;

/** Webhooks that were taken in and still wait to be worked on. */
export interface WaitingWebhooks {
  /** Those about publications of one connection that have a body. */
  aboutPublications(connectionId: ConnectionId): ResultAsync<readonly WaitingWebhook[], Unavailable>;
}

export type WaitingWebhook = Readonly<{ digest: string; body: Sealed }>;
