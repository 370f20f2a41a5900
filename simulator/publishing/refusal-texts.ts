const guidelines = 'Please review our integration guidelines at https://developers.tiktok.com/doc/content-sharing-guidelines/';

/** Messages of refusals: the code is often the only clue, as it is at TikTok. */
export const refusalTexts = {
  app_version_check_failed: "The user's TikTok app version is too low to use this feature.",
  privacy_level_option_mismatch: guidelines,
  reached_active_user_cap: 'The daily quota for active publishing users from the client is reached.',
  spam_risk_too_many_pending_share: 'The user has too many pending shares within the last 24 hours.',
  spam_risk_too_many_posts: 'The daily post cap from the API is reached for the current user.',
  spam_risk_user_banned_from_posting: 'The user is banned from making new posts.',
  unaudited_client_can_only_post_to_private_accounts: guidelines,
  url_ownership_unverified:
    'Please review our URL ownership verification rules at https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide/#pull_from_url',
} as const;
export type Refusal = keyof typeof refusalTexts;
