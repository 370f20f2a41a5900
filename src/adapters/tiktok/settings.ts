import type { Dispatcher } from 'undici';
import type { TikTokCallWatch } from '../../application/ports/tiktok-calls.ts';
import type { ClientKey } from '../../domain/values/ids.ts';
import type { Secret } from '../../domain/values/secret.ts';
import type { PkceMode } from './pkce.ts';

/** Our app at TikTok. */
export type TikTokApp = Readonly<{
  clientKey: ClientKey;
  clientSecret: Secret<string>;
  /** Byte for byte as it is registered at TikTok. */
  redirectUri: string;
  pkce: PkceMode;
}>;

/** Milliseconds from the call to its complete answer. */
export type TikTokTimeouts = Readonly<{ token: number; userInfo: number }>;

export const defaultTimeouts: TikTokTimeouts = { token: 10_000, userInfo: 10_000 };

export type TikTokClientSettings = TikTokApp &
  Readonly<{
    /** The full address of TikTok's authorize page. */
    authorizeUrl: string;
    /** The origin of TikTok's API. */
    apiUrl: string;
    /** Has to limit the size of answers and follow no redirect. */
    dispatcher: Dispatcher;
    timeouts?: Partial<TikTokTimeouts>;
    /** Is told of every call. */
    watch?: TikTokCallWatch;
  }>;
