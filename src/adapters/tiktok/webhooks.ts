import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { PublishNotice, TikTokWebhooks, WebhookEnvelope } from '../../application/ports/tiktok-webhooks.ts';
import { openId, postId, publishId } from '../../domain/values/ids.ts';
import { instant } from '../../domain/values/instant.ts';
import { secret, type Secret } from '../../domain/values/secret.ts';
import { parseJsonObject } from './json-object.ts';

const signed = (clientSecret: Secret<string>, timestamp: string, body: Uint8Array): Buffer =>
  createHmac('sha256', clientSecret.reveal()).update(`${timestamp}.`).update(body).digest();

const longestEvent = 200;
const longestOpenId = 256;
/** The year 9999 in seconds. */
const latestSecond = 253_402_300_799;

/** What is odd reads as missing: a webhook that TikTok signed is kept whatever it looks like. */
const envelopeBody = z.object({
  client_key: z.string().min(1),
  event: z.string().transform((text) => text.slice(0, longestEvent)).catch(''),
  user_openid: z.string().min(1).max(longestOpenId).nullable().catch(null),
  create_time: z.coerce.number().int().min(1).max(latestSecond).nullable().catch(null),
  content: z.unknown().optional(),
});
const removal = z.object({ reason: z.coerce.number().int().min(0).max(1_000_000) });
/** A post's id that came as a number too long for one would be another post's: only its exact digits count. */
const publishing = z.object({
  publish_id: z.string().regex(/^[\x21-\x7e]{1,128}$/),
  post_id: z.union([z.string(), z.bigint()]).transform(String).refine((digits) => /^[1-9]\d{0,18}$/.test(digits)).nullable().catch(null),
  reason: z.string().regex(/^[\w.-]{1,100}$/).nullable().catch(null),
});

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

const decoded = (body: Uint8Array): string | null => {
  try {
    return utf8.decode(body);
  } catch {
    return null;
  }
};

/** `content` is JSON within a JSON string. */
const reasonOf = (content: unknown): number => removal.safeParse(typeof content === 'string' ? jsonOf(content) : content).data?.reason ?? 0;

const publishingOf = (content: unknown): PublishNotice | null => {
  const parsed = typeof content === 'string' ? parseJsonObject(new TextEncoder().encode(content).buffer).map((object) => publishing.safeParse(object)) : null;
  const data = parsed?.isOk() === true ? parsed.value.data : undefined;
  if (data === undefined) return null;
  const { publish_id: id, post_id: post, reason: failReason } = data;
  return { publishId: publishId(id), postId: post === null ? null : postId(post), failReason };
};

const read = (body: Uint8Array): WebhookEnvelope | null => {
  const text = decoded(body);
  const parsed = text === null ? null : envelopeBody.safeParse(jsonOf(text));
  if (text === null || parsed?.success !== true) return null;
  const { client_key, event, user_openid, create_time, content } = parsed.data;
  return {
    clientKey: client_key,
    event,
    openId: user_openid === null ? null : openId(user_openid),
    // Read when the webhook is worked on, not while TikTok waits for its answer.
    get createdAt() {
      return create_time === null ? null : instant(create_time * 1_000);
    },
    get reason() {
      return reasonOf(content);
    },
    get publishing() {
      return publishingOf(content);
    },
    text: secret(text),
  };
};

/** @param clientSecrets every secret that TikTok may sign with now; each is tried for each body */
export const createTikTokWebhooks = (clientSecrets: readonly Secret<string>[]): TikTokWebhooks => ({
  matches: (timestamp, body, signature) => {
    const presented = Buffer.from(signature, 'hex');
    const outcomes = clientSecrets.map((clientSecret) => {
      const expected = signed(clientSecret, timestamp, body);
      return presented.length === expected.length && timingSafeEqual(presented, expected);
    });
    return outcomes.includes(true);
  },
  read,
  digest: (clientKey, body) => hash('sha256', Buffer.concat([Buffer.from(`${Buffer.byteLength(clientKey)}:${clientKey}`), body]), 'hex'),
});
