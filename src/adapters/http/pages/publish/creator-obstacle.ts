import type { CreatorFailure } from '../../../../application/publishing/creator.ts';
import type { UnusableConnection } from '../../../../application/publishing/usable-connection.ts';
import type { TikTokWords } from '../../../../application/ports/tiktok.ts';
import type { Obstacle } from './publish-page.ts';

const cannotPost: Readonly<Record<string, string>> = {
  spam_risk_too_many_posts: 'It has posted as often as TikTok allows in a day. Try again tomorrow.',
  spam_risk_user_banned_from_posting: 'TikTok has blocked it from posting. Look into the messages in your TikTok app.',
  reached_active_user_cap: 'This application has reached its limit of people who may post today. Try again tomorrow.',
};

/** TikTok's guidelines: where creator info says that no more posts go, nobody is let write one. */
export const postingStopped = ({ code }: TikTokWords): Obstacle => ({
  tone: 'bad',
  what: 'This account cannot make more posts at this moment.',
  next: cannotPost[code] ?? 'Try again later.',
  way: null,
});

export const needsConsent = (address: string): Obstacle => ({
  tone: 'bad',
  what: 'TikTok wants your consent again for this account.',
  next: 'Then you can post with it.',
  way: { label: 'Reconnect', address },
});

/** @param address where the person can grant the scope */
export const needsScope = (address: string, mode: 'direct' | 'draft'): Obstacle => ({
  tone: 'bad',
  what: mode === 'direct' ? 'You have not allowed this application to post.' : 'You have not allowed this application to send drafts.',
  next: 'TikTok will ask you for that permission.',
  way: { label: 'Allow it on TikTok', address },
});

/** What a person is told where TikTok could not be asked. @param here the address of the page itself */
export const creatorObstacle = (failure: CreatorFailure | UnusableConnection, here: string, consentAddress: string): Obstacle => {
  switch (failure.kind) {
    case 'ReauthorizationNeeded':
    case 'TokensLost':
    case 'NotConnected':
      return needsConsent(consentAddress);
    case 'MissingScope':
      return needsScope(consentAddress, 'direct');
    case 'AskedTooOften':
      return {
        tone: 'bad',
        what: 'TikTok was asked about this account too often.',
        next: `Try again in ${Math.ceil(failure.retryAfterMillis / 1000)} seconds.`,
        way: { label: 'Try again', address: here },
      };
    default:
      return {
        tone: 'bad',
        what: 'TikTok does not answer now, and without its answer we cannot know what this account may post.',
        next: 'Try again in a minute.',
        way: { label: 'Try again', address: here },
      };
  }
};
