import type { PostingProblem } from '../../domain/publication/posting-rules.ts';
import { addressesOf, type PostDraft } from './post-draft.ts';

/** Judges an address by its text alone: no name is looked up. */
export interface AddressRules {
  /** Whether the literal host may be public: no private, loopback or reserved address, `https`, no user information. */
  isPublic(url: string): boolean;
  /** Whether it lies under a domain or prefix that TikTok has verified for this app (`TIKTOK_VERIFIED_URLS`). */
  isVerified(url: string): boolean;
}

/** What speaks against the addresses of a draft. TikTok pulls from verified ones only; we fetch from any public one. */
export const sourceProblems = (draft: PostDraft, rules: AddressRules): readonly PostingProblem[] => {
  const pulled = draft.source.type === 'photos' || (draft.source.type === 'url' && draft.source.transfer === 'pull');
  return addressesOf(draft).flatMap((url, index): readonly PostingProblem[] => {
    const name = draft.source.type === 'photos' ? `source.urls[${index}]` : 'source.url';
    if (!rules.isPublic(url)) return [{ kind: 'NotAPublicUrl', detail: `${name} must be an https address of a public host.` }];
    if (pulled && !rules.isVerified(url))
      return [{ kind: 'UrlNotVerified', detail: `${name} lies under none of TIKTOK_VERIFIED_URLS; TikTok pulls from verified addresses only.` }];
    return [];
  });
};
