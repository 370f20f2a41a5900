import type { Brand } from './brand.ts';

/** A TikTok scope, e.g. `user.info.basic`. Which exist is TikTok's to say; we know only their spelling. */
export type Scope = Brand<string, 'Scope'>;

const spelling = /^[a-z0-9_]+(\.[a-z0-9_]+)+$/i;

export const isScope = (text: string): text is Scope => spelling.test(text);

export const scope = (text: string): Scope => text as Scope;

export const basicScope = scope('user.info.basic');

/** Sorted and without repeats, so that equal sets are equal lists (TikTok's own order means nothing). */
export const scopeSet = (scopes: readonly Scope[]): readonly Scope[] => [...new Set(scopes)].sort();

/** Reads TikTok's comma-separated list; null when an entry is not spelt like a scope. */
export const parseScopes = (text: string): readonly Scope[] | null => {
  const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  const scopes = parts.filter(isScope);
  return scopes.length === parts.length ? scopeSet(scopes) : null;
};

export const sameScopes = (a: readonly Scope[], b: readonly Scope[]): boolean =>
  scopeSet(a).join() === scopeSet(b).join();
