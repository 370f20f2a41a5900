import { createHash } from 'node:crypto';
import { okAsync } from 'neverthrow';
import { systemIds } from '../../../src/adapters/system/system-ids.ts';
import { connectAccount } from '../../../src/application/connecting/connect-account.ts';
import { disconnect } from '../../../src/application/connecting/disconnect.ts';
import type { CommandContext } from '../../../src/application/execution/command-context.ts';
import { connectionStream } from '../../../src/application/execution/streams.ts';
import type { Ids } from '../../../src/application/ports/ids.ts';
import type { EventStore, RecordedEvent } from '../../../src/application/ports/event-store.ts';
import { createProviderGate } from '../../../src/application/tokens/provider-gate.ts';
import type { ValidatePorts } from '../../../src/application/tokens/validate-connection.ts';
import { attemptId, clientKey, commandId, userId, type ConnectionId } from '../../../src/domain/values/ids.ts';
import { plusMillis } from '../../../src/domain/values/instant.ts';
import { scope } from '../../../src/domain/values/scopes.ts';
import { secret } from '../../../src/domain/values/secret.ts';
import { createInMemoryEventStore } from '../../support/in-memory-event-store.ts';
import { sealing } from '../../adapters/crypto/sealing-setup.ts';
import type { InMemoryDataKeys } from '../../support/in-memory-data-keys.ts';
import { createMadeUpTikTok, type MadeUpTikTok } from './made-up-tiktok.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export interface TokenWorld {
  readonly clock: VirtualClock;
  readonly tiktok: MadeUpTikTok;
  readonly ports: ValidatePorts;
  readonly dataKeys: InMemoryDataKeys;
  /** Another replica on the same history. @param ahead how far its own wall clock is ahead, in milliseconds */
  replica(ahead?: number): ValidatePorts;
  context(): CommandContext;
  connect(account: string): Promise<ConnectionId>;
  disconnect(id: ConnectionId): Promise<void>;
  events(id: ConnectionId): Promise<readonly RecordedEvent[]>;
  types(id: ConnectionId): Promise<readonly string[]>;
  last(id: ConnectionId): Promise<RecordedEvent['event'] | undefined>;
}

/** The same ids in every run, as unlike one another as random ones. */
const countedIds = (): Ids => {
  let count = 0;
  const next = (): string => {
    const hex = createHash('sha256').update(`id ${(count += 1)}`).digest('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  };
  return { ...systemIds, commandId: () => commandId(next()), attemptId: () => attemptId(next()) };
};

/** The use cases of tokens over a history in memory, a made-up TikTok and a clock that is told what time it is. */
export const createTokenWorld = (eventStore: EventStore = createInMemoryEventStore()): TokenWorld => {
  const clock = createVirtualClock();
  const tiktok = createMadeUpTikTok(clock.elapsed);
  const { sealer, records } = sealing();
  const ids = countedIds();
  const replica = (ahead = 0): ValidatePorts => ({
    eventStore,
    ids,
    clock: { ...clock, now: () => plusMillis(clock.now(), ahead) },
    databaseClock: { now: () => okAsync(clock.now()) },
    sealer,
    tiktok: tiktok.tokens,
    users: tiktok.users,
    progress: { waitFor: () => Promise.resolve(true) },
    gate: createProviderGate(clock),
    underWay: new Map(),
  });
  const ports = replica();
  const context = (): CommandContext => ({
    commandId: ids.commandId(),
    actor: { kind: 'system', id: 'test' },
    correlationId: 'test',
    causationId: null,
    traceparent: null,
  });
  const settings = {
    clientKey: clientKey('made-up-client-key'),
    defaultScopes: [scope('user.info.basic')],
    publicUrl: 'https://connect.example',
    returnUrl: 'https://connect.example',
    returnUrlAllowlist: [],
  };
  const events = async (id: ConnectionId): Promise<readonly RecordedEvent[]> => {
    const stored = (await eventStore.read(connectionStream(id), 1, 100_000))._unsafeUnwrap();
    return stored.flatMap((event) => (event.readable ? [event] : []));
  };
  return {
    clock,
    tiktok,
    ports,
    dataKeys: records,
    replica,
    context,
    events,
    types: async (id) => (await events(id)).map(({ event }) => event.type),
    last: async (id) => (await events(id)).at(-1)?.event,
    connect: async (account) => {
      const grant = tiktok.grants.get(account) ?? tiktok.grant(account);
      grant.generation += 1;
      const { access, refresh } = tiktok.lifetimes;
      const tokens = {
        accessToken: secret(`access/${account}/${grant.generation}`),
        refreshToken: secret(`refresh/${account}/${grant.generation}`),
        openId: grant.openId,
        scopes: grant.scopes,
        expiresIn: access,
        refreshExpiresIn: refresh,
        logId: null,
      };
      const consent = { userId: userId(`user of ${account}`), authorizationId: systemIds.authorizationId(), tokens, profile: grant.profile };
      return (await connectAccount({ ...ports, settings }, context(), consent))._unsafeUnwrap().connectionId;
    },
    disconnect: async (id) => {
      const ended = await disconnect(ports, context(), { kind: 'service', keyId: 'test', scopes: [] }, id);
      ended._unsafeUnwrap();
    },
  };
};
