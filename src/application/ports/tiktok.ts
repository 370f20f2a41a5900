import type { ResultAsync } from 'neverthrow';
import type { OpenId } from '../../domain/values/ids.ts';
import type { Scope } from '../../domain/values/scopes.ts';
import type { Secret } from '../../domain/values/secret.ts';

/** What TikTok said, for the caller, the log and TikTok's support. Holds no credential. */
export type TikTokWords = Readonly<{ code: string; message: string; logId: string | null }>;

/** TikTok understood and refused. */
export type TikTokRefused = Readonly<{ kind: 'TikTokRefused'; tiktok: TikTokWords }>;
/** Our client key or secret is wrong: nothing works until an operator mends it. */
export type TikTokMisconfigured = Readonly<{ kind: 'TikTokMisconfigured'; tiktok: TikTokWords }>;
/** TikTok said that it cannot now (5xx, 429). The call had no effect. */
export type TikTokTransient = Readonly<{ kind: 'TikTokTransient'; tiktok: TikTokWords | null; reason: string }>;
/** No answer that can be understood: it may or may not have had its effect. */
export type TikTokUnclear = Readonly<{ kind: 'TikTokUnclear'; reason: string; logId: string | null }>;
export type TikTokFailure = TikTokRefused | TikTokMisconfigured | TikTokTransient | TikTokUnclear;

export type TokenAnswer = Readonly<{
  accessToken: Secret<string>;
  refreshToken: Secret<string>;
  openId: OpenId;
  scopes: readonly Scope[];
  /** Seconds, 1 to ten years. */
  expiresIn: number;
  /** Seconds; null when TikTok did not say. */
  refreshExpiresIn: number | null;
  logId: string | null;
}>;

/** `refreshToken` is null where TikTok sent none: the old one stays in use. */
export type RefreshAnswer = Omit<TokenAnswer, 'refreshToken'> & Readonly<{ refreshToken: Secret<string> | null }>;

/** Fields as TikTok names them; null where the scopes or the person do not give them. */
export type TikTokProfile = Readonly<{
  open_id: OpenId;
  union_id: string | null;
  display_name: string;
  avatar_url: string | null;
  avatar_url_100: string | null;
  avatar_large_url: string | null;
  bio_description: string | null;
  profile_deep_link: string | null;
  username: string | null;
}>;

export type AuthorizeRequest = Readonly<{
  state: Secret<string>;
  scopes: readonly Scope[];
  /** Null when PKCE is off. 43 to 128 characters. */
  codeVerifier: Secret<string> | null;
  /** Shows TikTok's page even to someone who has granted before. */
  disableAutoAuth: boolean;
}>;

export interface TikTokAuthorization {
  /** Whether the configured PKCE mode wants a verifier. */
  readonly usesPkce: boolean;
  /** The address to send the browser to. It carries the state, so it is not for logs. */
  authorizeUrl(request: AuthorizeRequest): Secret<string>;
  exchangeCode(code: Secret<string>, codeVerifier: Secret<string> | null): ResultAsync<TokenAnswer, TikTokFailure>;
  /** Ends the whole grant. @param timeoutMillis after which the outcome is unclear */
  revoke(accessToken: Secret<string>, timeoutMillis: number): ResultAsync<void, TikTokFailure>;
}

export interface TikTokUsers {
  /** Asks for the fields that `scopes` give. */
  userInfo(accessToken: Secret<string>, scopes: readonly Scope[]): ResultAsync<TikTokProfile, TikTokFailure>;
}

export interface TikTokTokens {
  /** Spends the refresh token: must not be sent twice. Answers or fails within 10 s. */
  refresh(refreshToken: Secret<string>): ResultAsync<RefreshAnswer, TikTokFailure>;
}
