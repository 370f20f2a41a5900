import { createHmac } from 'node:crypto';

/** A webhook as TikTok writes it, on one line. */
export const webhookBody = (fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    client_key: 'awsimulated00001',
    event: 'authorization.removed',
    create_time: 1_790_000_000,
    user_openid: '-000SimOpenIdAAAAAAAAAAAAAAAAAAAAAAA',
    content: JSON.stringify({ reason: 1 }),
    ...fields,
  });

/** The signature's hex digits, made here and not by the code under test. */
export const signatureOf = (clientSecret: string, seconds: number | string, body: string | Uint8Array): string =>
  createHmac('sha256', clientSecret).update(`${seconds}.`).update(body).digest('hex');

/** The header that TikTok sends with a body. */
export const signedHeader = (clientSecret: string, seconds: number, body: string | Uint8Array): string =>
  `t=${seconds},s=${signatureOf(clientSecret, seconds, body)}`;
