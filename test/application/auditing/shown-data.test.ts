import { expect, expectTypeOf, test } from 'vitest';
import type { Shown } from '../../../src/application/auditing/shown-data.ts';
import { userId, type UserId } from '../../../src/domain/values/ids.ts';
import type { Sealed } from '../../../src/domain/values/sealed.ts';
import { sealed } from '../../../src/domain/values/sealed.ts';

type Upcoming = Readonly<{ userId: UserId; note: Sealed | null; parts: readonly Sealed[]; nested: Readonly<{ uploadUrl: Sealed }> }>;

test('a field of a new event can neither be forgotten nor shown while it is sealed', () => {
  const shown: Shown<Upcoming> = {
    user_id: userId('user_1'),
    // @ts-expect-error a sealed value is not its mark
    note: sealed('secret'),
    // @ts-expect-error nor in a list
    parts: [sealed('secret')],
    // @ts-expect-error nor deeper
    nested: { upload_url: sealed('secret') },
  };
  // @ts-expect-error every field has to be shown
  const forgotten: Shown<Upcoming> = { user_id: shown.user_id, note: null, parts: [] };
  expectTypeOf<Shown<Upcoming>['note']>().toEqualTypeOf<'[sealed]' | '[erased]' | null>();
  expect(Object.keys(forgotten)).not.toContain('nested');
});
