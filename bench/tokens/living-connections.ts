import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { createEventCodec } from '../../src/adapters/event-store/codec/event-codec.ts';
import { connectionStream } from '../../src/application/execution/streams.ts';
import { emptyHead, type DomainEvent } from '../../src/application/ports/event-store.ts';
import { noProfile, profileToText } from '../../src/application/reading/profile.ts';
import { authorizationId, openId, type ConnectionId } from '../../src/domain/values/ids.ts';
import { instant } from '../../src/domain/values/instant.ts';
import { scope } from '../../src/domain/values/scopes.ts';
import { secret } from '../../src/domain/values/secret.ts';
import { sampleAppend } from '../append/sample-event.ts';
import { gatheringSealer } from '../histories/bench-keys.ts';
import { benchClient, madeUpConnection, type MadeUpConnection } from '../histories/connection-history.ts';
import { writeEvents, writeKeys } from '../histories/write-histories.ts';

const day = 86_400_000;

export const accessTokenOf = ({ number }: MadeUpConnection): string => `bench-access-${number}-${'a'.repeat(50)}`;

/** Connects so many accounts, each with one event, sealed as the service does it; their access tokens end in so many milliseconds. */
export const writeLivingConnections = async (pool: pg.Pool, count: number, livesMillis: number, connectedAgoMillis = 0, tokenOf = accessTokenOf): Promise<readonly ConnectionId[]> => {
  const codec = createEventCodec();
  const { sealer, takeKeys } = gatheringSealer();
  const now = Date.now() - connectedAgoMillis;
  const written = [];
  const ids: ConnectionId[] = [];
  for (let number = 0; number < count; number += 1) {
    const connection = madeUpConnection(number);
    const { id, user } = connection;
    const seal = async (purpose: 'tokens' | 'profile', field: string, plain: string) =>
      (await sealer.seal({ connectionId: id, life: 1, purpose, field }, secret(plain)))._unsafeUnwrap();
    const event: DomainEvent = {
      type: 'Connected',
      data: {
        life: 1,
        userId: user,
        clientKey: benchClient,
        authorizationId: authorizationId(randomUUID()),
        connectedAt: instant(now),
        profile: await seal('profile', 'profile', profileToText({ ...noProfile, open_id: openId(`open-${number}`), display_name: `Bench ${number}` })),
        tokens: { access: await seal('tokens', 'access_token', tokenOf(connection)), refresh: await seal('tokens', 'refresh_token', `refresh/${number}`) },
        scopes: [scope('user.info.basic'), scope('video.publish')],
        accessTokenExpiresAt: instant(now + livesMillis),
        refreshTokenExpiresAt: instant(now + 180 * day),
      },
    };
    const stream = connectionStream(id);
    const [encoded] = codec.encode(stream, emptyHead, [{ ...sampleAppend(event), occurredAt: instant(now) }]);
    if (encoded !== undefined) written.push({ stream, entry: encoded.entry });
    ids.push(id);
  }
  await writeEvents(pool, written);
  await writeKeys(pool, takeKeys());
  return ids;
};
