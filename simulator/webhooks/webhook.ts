import { createHmac } from 'node:crypto';
import type { SimulatedApp } from '../world/app.ts';

/** Something that TikTok tells an app. */
export type Webhook = Readonly<{
  clientKey: string;
  event: string;
  /** Null where it names nobody. */
  openId: string | null;
  content: Readonly<Record<string, unknown>>;
  /** Seconds since the epoch, simulated. */
  createTime: number;
}>;

/** `reason` of `authorization.removed`. */
export const removalReasons = { person: 1, app: 5 } as const;

/** The one line that is sent: `content` is JSON within a JSON string. */
export const webhookText = ({ clientKey, event, openId, content, createTime }: Webhook): string =>
  JSON.stringify({
    client_key: clientKey,
    event,
    create_time: createTime,
    ...(openId === null ? {} : { user_openid: openId }),
    content: JSON.stringify(content),
  });

/** The header `TikTok-Signature`. @param seconds since the epoch */
export const signatureHeader = ({ clientSecret }: SimulatedApp, seconds: number, text: string): string =>
  `t=${seconds},s=${createHmac('sha256', clientSecret).update(`${seconds}.${text}`).digest('hex')}`;
