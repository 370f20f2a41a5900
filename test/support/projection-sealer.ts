import { err, errAsync, ok, okAsync, type Result } from 'neverthrow';
import { unavailable } from '../../src/application/failures.ts';
import type { Erased, KeyLost, NotAuthentic, OpenRequest, SealContext } from '../../src/application/ports/sealer.ts';
import type { TikTokProfile } from '../../src/application/ports/tiktok.ts';
import type { ConnectionId } from '../../src/domain/values/ids.ts';
import { openId } from '../../src/domain/values/ids.ts';
import { sealed, type Sealed } from '../../src/domain/values/sealed.ts';
import { secret, type Secret } from '../../src/domain/values/secret.ts';
import type { OpenAll } from '../../src/adapters/postgres/connections/opened-profiles.ts';

type Fault = Erased | KeyLost | NotAuthentic;

export interface ProjectionSealer extends OpenAll {
  seal(context: SealContext, plain: string): Sealed;
  sealProfile(id: ConnectionId, life: number, profile: Partial<TikTokProfile>): Sealed;
  /** From now on the profiles of this life answer so; null mends it. */
  fail(id: ConnectionId, life: number, fault: Fault | null): void;
  /** Whether any question is answered at all. */
  away: boolean;
  /** How many values were asked for. */
  readonly asked: number;
}

const placeOf = ({ connectionId, life, purpose, field }: SealContext): string => JSON.stringify([connectionId, life, purpose, field]);

export const profileOf = (id: ConnectionId, changes: Partial<TikTokProfile> = {}): TikTokProfile => ({
  open_id: openId(`-open_${id}`),
  union_id: null,
  display_name: 'Ada',
  avatar_url: 'https://avatars.example/ada.jpeg',
  avatar_url_100: null,
  avatar_large_url: null,
  bio_description: null,
  profile_deep_link: null,
  username: null,
  ...changes,
});

/** Seals by writing down where a value belongs; opens nothing anywhere else. */
export const createProjectionSealer = (): ProjectionSealer => {
  const faults = new Map<string, Fault>();
  let asked = 0;

  const openOne = ({ context, sealed: envelope }: OpenRequest): Result<Secret<string>, Fault | NotAuthentic> => {
    const fault = faults.get(JSON.stringify([context.connectionId, context.life]));
    if (fault !== undefined) return err(fault);
    const place = `${placeOf(context)}|`;
    return envelope.startsWith(place) ? ok(secret(envelope.slice(place.length))) : err({ kind: 'NotAuthentic', reason: 'sealed for another place', ofAnotherKey: false });
  };

  const seal = (context: SealContext, plain: string): Sealed => sealed(`${placeOf(context)}|${plain}`);

  const sealer: ProjectionSealer = {
    away: false,
    get asked() {
      return asked;
    },
    seal,
    sealProfile: (id, life, changes) =>
      seal({ connectionId: id, life, purpose: 'profile', field: 'profile' }, JSON.stringify(profileOf(id, changes))),
    fail: (id, life, fault) => {
      const place = JSON.stringify([id, life]);
      if (fault === null) faults.delete(place);
      else faults.set(place, fault);
    },
    openAll: (requests) => {
      if (sealer.away) return errAsync(unavailable('database', 'no answer'));
      asked += requests.length;
      return okAsync(requests.map(openOne));
    },
  };
  return sealer;
};
