import { errAsync, okAsync, ResultAsync, type Result } from 'neverthrow';
import type { RefreshAnswer, TikTokFailure, TikTokProfile, TikTokTokens, TikTokUsers } from '../../../src/application/ports/tiktok.ts';
import { openId, type OpenId } from '../../../src/domain/values/ids.ts';
import { scope, type Scope } from '../../../src/domain/values/scopes.ts';
import { secret, type Secret } from '../../../src/domain/values/secret.ts';

export const refusedWith = (code: string): TikTokFailure => ({ kind: 'TikTokRefused', tiktok: { code, message: 'made up', logId: 'made-up-log-id' } });
export const misconfigured: TikTokFailure = { kind: 'TikTokMisconfigured', tiktok: { code: 'invalid_client', message: 'made up', logId: null } };
export const serverError: TikTokFailure = { kind: 'TikTokTransient', tiktok: null, reason: 'HTTP 500' };
export const noAnswer: TikTokFailure = { kind: 'TikTokUnclear', reason: 'no answer in time', logId: null };

/** What TikTok knows of one person. A refresh token works once. */
export type Grant = {
  readonly account: string;
  openId: OpenId;
  generation: number;
  scopes: readonly Scope[];
  profile: TikTokProfile;
};

export type RefreshCall = Readonly<{ account: string; at: number }>;
type Answering = (grant: Grant) => ResultAsync<RefreshAnswer, TikTokFailure>;
type Refresh = (grant: Grant) => ReturnType<Answering> | PromiseLike<Result<RefreshAnswer, TikTokFailure>>;

export interface MadeUpTikTok {
  readonly tokens: TikTokTokens & Readonly<{ revoke: (accessToken: unknown) => ResultAsync<void, TikTokFailure> }>;
  readonly users: TikTokUsers;
  readonly grants: Map<string, Grant>;
  readonly refreshes: RefreshCall[];
  readonly userInfos: RefreshCall[];
  readonly revoked: { count: number };
  /** Seconds that new tokens live. */
  lifetimes: { access: number; refresh: number | null };
  grant(account: string): Grant;
  /** What a refresh does that TikTok would answer; by default it answers. */
  refreshing: Refresh;
  /** The right answer, and the old refresh token is spent. */
  readonly answers: Answering;
  /** The access token that TikTok takes now. */
  accessTokenOf(grant: Grant): Secret<string>;
  /** Null asks the account. */
  userInfoFailure: (scopes: readonly Scope[]) => TikTokFailure | null;
}

const profileOf = (account: string): TikTokProfile => ({
  open_id: openId(`open-${account}`),
  union_id: `union-${account}`,
  display_name: account,
  avatar_url: `https://pictures.example/${account}.webp?x-expires=1&x-signature=one`,
  avatar_url_100: null,
  avatar_large_url: null,
  bio_description: null,
  profile_deep_link: null,
  username: null,
});

const tokenText = (kind: 'access' | 'refresh', { account, generation }: Grant): string => `${kind}/${account}/${generation}`;

export const createMadeUpTikTok = (elapsed: () => number): MadeUpTikTok => {
  const grants = new Map<string, Grant>();
  const grantOf = (token: string): Grant | undefined => grants.get(token.split('/')[1] ?? '');
  const answers: Answering = (grant) => {
    grant.generation += 1;
    return okAsync({
      accessToken: secret(tokenText('access', grant)),
      refreshToken: secret(tokenText('refresh', grant)),
      openId: grant.openId,
      scopes: grant.scopes,
      expiresIn: tiktok.lifetimes.access,
      refreshExpiresIn: tiktok.lifetimes.refresh,
      logId: null,
    });
  };
  const tiktok: MadeUpTikTok = {
    grants,
    refreshes: [],
    userInfos: [],
    revoked: { count: 0 },
    lifetimes: { access: 86_400, refresh: 31_536_000 },
    refreshing: answers,
    answers,
    userInfoFailure: () => null,
    accessTokenOf: (grant) => secret(tokenText('access', grant)),
    grant: (account) => {
      const made: Grant = { account, openId: openId(`open-${account}`), generation: 1, scopes: [scope('user.info.basic'), scope('video.publish')], profile: profileOf(account) };
      grants.set(account, made);
      return made;
    },
    tokens: {
      refresh: (token) => {
        const grant = grantOf(token.reveal());
        tiktok.refreshes.push({ account: grant?.account ?? '', at: elapsed() });
        if (grant === undefined || token.reveal() !== tokenText('refresh', grant)) return errAsync(refusedWith('invalid_grant'));
        return new ResultAsync(Promise.resolve(tiktok.refreshing(grant)));
      },
      revoke: () => {
        tiktok.revoked.count += 1;
        return okAsync(undefined);
      },
    },
    users: {
      userInfo: (token, scopes) => {
        const grant = grantOf(token.reveal());
        tiktok.userInfos.push({ account: grant?.account ?? '', at: elapsed() });
        const failure = tiktok.userInfoFailure(scopes);
        if (failure !== null) return errAsync(failure);
        if (grant === undefined || token.reveal() !== tokenText('access', grant)) return errAsync(refusedWith('access_token_invalid'));
        return okAsync(grant.profile);
      },
    },
  };
  return tiktok;
};
