const failReasons = {
  file_format_check_failed: 'TikTok cannot read this file. Save it as an MP4 with H.264 and try that.',
  duration_check_failed: 'TikTok finds the video too short or too long.',
  frame_rate_check_failed: 'TikTok takes 23 to 60 frames a second.',
  picture_size_check_failed: 'The picture is too small or too large for TikTok.',
  internal: 'TikTok had a problem of its own.',
  video_pull_failed: 'TikTok could not fetch the video.',
  photo_pull_failed: 'TikTok could not fetch the photos.',
  publish_cancelled: 'It was cancelled.',
  auth_removed: 'The permission for this account was removed. Connect it again.',
  media_gone: 'The file is not here any more. Choose it again.',
  erased: 'The data of this account were erased.',
  reauthorization_required: 'TikTok wants your consent again for this account. Reconnect it.',
  missing_scope: 'You took back the permission to post. Allow it again.',
  storage_unavailable: 'The service could not read the file. Try again later.',
  tiktok_unavailable: 'TikTok could not be reached.',
  not_connected: 'The account is not connected any more. Connect it again.',
  spam_risk_too_many_posts: 'This account has posted as often as TikTok allows in a day. Try again tomorrow.',
  spam_risk_user_banned_from_posting: 'TikTok does not let this account post.',
  spam_risk_text: 'TikTok does not accept this text.',
  spam_risk: 'TikTok does not accept this post.',
};

const refusals = {
  privacy_level_not_offered: 'TikTok no longer offers this audience for the account. Load this page again and choose another.',
  branded_content_cannot_be_private: 'Branded content visibility cannot be set to private.',
  consent_missing: 'TikTok wants your agreement to the terms named above the button.',
  comment_disabled_by_creator: 'Comments are switched off in this account’s TikTok settings.',
  duet_disabled_by_creator: 'Duets are switched off in this account’s TikTok settings.',
  stitch_disabled_by_creator: 'Stitches are switched off in this account’s TikTok settings.',
  creator_cannot_post_now: 'This account cannot make more posts at this moment. Try again later.',
  schedule_in_past: 'The chosen time has passed.',
  url_not_verified: 'TikTok may not fetch from this address: this service has not proved to TikTok that it is its own.',
};

const waits = {
  spam_risk_too_many_posts: 'This account has posted as often as TikTok allows in a day.',
  spam_risk_too_many_pending_share: 'Too many drafts wait in your TikTok inbox. Post or delete some of them.',
  reached_active_user_cap: 'This application has reached its limit for today.',
};

const when = (moment) => new Date(moment).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const waiting = ({ status_reason: reason, not_before: notBefore }) =>
  [waits[reason] ?? 'It waits for its turn.', notBefore === null ? '' : `It goes on at ${when(notBefore)}.`].join(' ').trim();

/** A publication's status in words, and what it means for the person. */
export const statusWords = (publication) => {
  switch (publication.status) {
    case 'scheduled':
      return ['Scheduled.', publication.not_before === null ? '' : `It will be posted at ${when(publication.not_before)}.`];
    case 'queued':
      return ['Accepted.', waiting(publication)];
    case 'uploading':
      return ['On its way to TikTok.', 'You may close this page.'];
    case 'processing':
      return ['TikTok is processing it.', 'This may take a few minutes. You may close this page.'];
    case 'published':
      return ['Posted.', publication.share_urls.length > 0 ? '' : 'It may take a few more minutes until it is visible on your profile.'];
    case 'delivered_to_inbox':
      return ['It is in your TikTok inbox.', 'Open the message in TikTok’s app to finish and post it.'];
    case 'cancelled':
      return ['Cancelled.', 'Nothing was posted.'];
    case 'failed':
      return ['It was not posted.', failReasons[publication.status_reason] ?? `TikTok said: ${publication.status_reason ?? 'nothing more'}.`];
    default:
      return ['We could not learn whether TikTok posted it.', 'Look at your profile before you post it again.'];
  }
};

/** What a problem answer says to a person. */
export const problemWords = (problem) => {
  if (problem === null) return 'The service could not be reached. Nothing is lost: press the button again.';
  const refused = (problem.problems ?? []).map(({ reason, detail }) => refusals[reason] ?? detail);
  if (refused.length > 0) return refused.join(' ');
  const errors = (problem.errors ?? []).map(({ path, message }) => `${path} ${message}`);
  const wait = problem.code === 'rate_limited' || problem.code === 'unavailable' ? ' Try again in a moment.' : '';
  return `${problem.title}. ${errors.length > 0 ? errors.join('; ') : problem.detail}${wait}`;
};
