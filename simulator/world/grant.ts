import { z } from 'zod';

const ms = z.number().int();
const ending = z.enum(['rotated', 'used', 'forced']).nullable();

/** What one account allowed one app: one record, however often the person consents. */
export const grantSchema = z.object({
  clientKey: z.string(),
  accountId: z.string(),
  openId: z.string(),
  scopes: z.array(z.string()),
  /** Goes up when the person consents again after a revocation; older tokens stay dead. */
  generation: z.number().int().positive(),
  grantedAt: ms,
  revokedAt: ms.nullable(),
  revokedBy: z.enum(['person', 'app']).nullable(),
});
export type Grant = z.infer<typeof grantSchema>;

const heldByGrant = {
  clientKey: z.string(),
  accountId: z.string(),
  generation: z.number().int().positive(),
  scopes: z.array(z.string()),
  issuedAt: ms,
};

export const issuedCodeSchema = z.object({
  ...heldByGrant,
  code: z.string(),
  expiresAt: ms,
  redirectUri: z.string(),
  challenge: z.string().nullable(),
  endedBy: ending,
});
export type IssuedCode = z.infer<typeof issuedCodeSchema>;

export const accessTokenSchema = z.object({ ...heldByGrant, token: z.string(), expiresAt: ms, endedBy: ending });
export type AccessToken = z.infer<typeof accessTokenSchema>;

export const refreshTokenSchema = z.object({
  ...heldByGrant,
  token: z.string(),
  expiresAt: ms,
  endedBy: ending,
  /** Until when a rotated token is still taken. */
  graceUntil: ms.nullable(),
});
export type RefreshToken = z.infer<typeof refreshTokenSchema>;

export const grantKey = (clientKey: string, accountId: string): string => `${clientKey}/${accountId}`;
