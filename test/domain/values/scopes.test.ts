import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isScope, parseScopes, sameScopes, scope, scopeSet } from '../../../src/domain/values/scopes.ts';

describe('scopes', () => {
  it('are a set: order and repeats mean nothing', () => {
    const scopes = fc.array(fc.constantFrom(...['user.info.basic', 'video.list', 'video.publish'].map(scope)));
    fc.assert(
      fc.property(scopes, scopes, (a, b) => {
        expect(sameScopes(a, b)).toBe(new Set(a).size === new Set([...a, ...b]).size && new Set(b).size === new Set([...a, ...b]).size);
        expect(scopeSet([...a, ...a].reverse())).toEqual(scopeSet(a));
      }),
    );
  });

  it.each([
    ['user.info.basic,video.publish', ['user.info.basic', 'video.publish']],
    ['video.publish , user.info.basic,', ['user.info.basic', 'video.publish']],
    ['portability.all.single', ['portability.all.single']],
    ['', []],
  ])('are read from "%s"', (text, expected) => {
    expect(parseScopes(text)).toEqual(expected);
  });

  it.each(['user.info.basic video.publish', 'basic', 'user..info', '.user', 'user.', 'user.info.basic;x', 'ü.x'])('are not read from "%s"', (text) => {
    expect(parseScopes(text)).toBeNull();
    expect(isScope(text)).toBe(false);
  });
});
