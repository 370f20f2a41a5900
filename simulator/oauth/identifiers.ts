import { createHash } from 'node:crypto';

/** 36 characters that begin with `-000`, always the same for one app and account. */
export function openIdOf(clientKey: string, accountId: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(['open_id', clientKey, accountId]))
    .digest('base64url');
  return `-000${digest.slice(0, 32)}`;
}

/** The same for all apps of one developer. */
export function unionIdOf(developer: string, accountId: string): string {
  const hex = createHash('sha256')
    .update(JSON.stringify(['union_id', developer, accountId]))
    .digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
