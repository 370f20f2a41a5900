import type { ConnectionRejection, ReauthorizationNeeded } from '../../domain/connection/rejections.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import type { ExecutionFailure } from '../execution/execute.ts';
import type { TikTokFailure, TikTokWords } from '../ports/tiktok.ts';
import type { ProviderClosed } from './provider-gate.ts';

/** The tokens do not open although their key is not missing: it was destroyed, or they were altered. Only a new consent helps. */
export type TokensLost = Readonly<{ kind: 'TokensLost' }>;
export type TikTokFailed = Readonly<{ kind: 'TikTokFailed'; failure: TikTokFailure }>;

/** TikTok has refused the refresh token just now, in these words. */
export type RefreshTokenRefused = ReauthorizationNeeded & Readonly<{ tiktok: TikTokWords }>;

export type RefreshFailure = ConnectionNotFound | ConnectionRejection | RefreshTokenRefused | ExecutionFailure | ProviderClosed | TokensLost | TikTokFailed;
