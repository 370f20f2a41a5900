import type { OpenId, PostId, PublishId } from '../../domain/values/ids.ts';
import type { Instant } from '../../domain/values/instant.ts';
import type { Secret } from '../../domain/values/secret.ts';

/** What a webhook says of a publication. */
export type PublishNotice = Readonly<{
  publishId: PublishId;
  /** Exact digits; null when it names no post. */
  postId: PostId | null;
  /** TikTok's `fail_reason`; null when it gives none. */
  failReason: string | null;
}>;

/** What a webhook says. Everything but the client key may be missing or odd: TikTok's documents are not complete. */
export type WebhookEnvelope = Readonly<{
  /** The app it is for. */
  clientKey: string;
  /** TikTok's name of what happened; empty when there is none. */
  event: string;
  openId: OpenId | null;
  /** When it happened, to the second. */
  createdAt: Instant | null;
  /** `reason` of `authorization.removed`; 0 is TikTok's "unknown". */
  reason: number;
  /** Null when it names no `publish_id`. */
  publishing: PublishNotice | null;
  /** The whole body. */
  text: Secret<string>;
}>;

/** TikTok's side of webhooks: how they are signed and how they are written. */
export interface TikTokWebhooks {
  /**
   * Whether one of our client secrets (the present one, or the former one during a rotation) signed this body at this
   * time, by HMAC-SHA256. Takes as long whether it did or not, and whichever it was.
   * @param timestamp as it stood in the header
   * @param signature 64 lower-case hex digits
   */
  matches(timestamp: string, body: Uint8Array, signature: string): boolean;
  /** Null for what is no JSON object in UTF-8 that names a client key. */
  read(body: Uint8Array): WebhookEnvelope | null;
  /** SHA-256 of client key and body as 64 hex digits: what makes two deliveries one. */
  digest(clientKey: string, body: Uint8Array): string;
}
