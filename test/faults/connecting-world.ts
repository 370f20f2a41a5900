import type pg from 'pg';
import { pino } from 'pino';
import { z } from 'zod';
import { createSealer } from '../../src/adapters/crypto/aes-gcm-sealer.ts';
import { eventChain } from '../../src/adapters/event-store/codec/hash-chain.ts';
import { createProjectionAudit } from '../../src/adapters/postgres/postgres-projection-audit.ts';
import { verify, type VerifyReport } from '../../src/application/auditing/verify.ts';
import { completeAuthorization, type Callback, type CallbackOutcome, type CompletePorts } from '../../src/application/connecting/complete-authorization.ts';
import type { DisconnectPorts } from '../../src/application/connecting/disconnect.ts';
import type { EraseUserPorts } from '../../src/application/erasing/erase-user.ts';
import { startAuthorization } from '../../src/application/connecting/start-authorization.ts';
import type { CommandContext } from '../../src/application/execution/command-context.ts';
import { connectionStream } from '../../src/application/execution/streams.ts';
import type { DestroyKeysPorts } from '../../src/application/keys/destroy-keys.ts';
import type { StoredEvent } from '../../src/application/ports/event-store.ts';
import type { ConnectionView } from '../../src/application/reading/connection-view.ts';
import { assemble } from '../../src/composition/assemble.ts';
import type { Container } from '../../src/composition/parts.ts';
import type { Environment } from '../../src/composition/settings/environment.ts';
import { readSettings } from '../../src/composition/settings/read-settings.ts';
import { clientKey, connectionId, openId, userId, type ConnectionId } from '../../src/domain/values/ids.ts';
import { secret } from '../../src/domain/values/secret.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { openChosenStore } from '../support/chosen-event-store.ts';
import type { Gate } from '../support/gate.ts';
import { createMigratedDatabase } from '../support/projection-database.ts';
import { simulatorControl, type SimulatorControl } from '../support/simulator-control.ts';

/** A person of the application, with one account at TikTok. */
export type Somebody = Readonly<{ user: string; account: string }>;

export type GatedPorts = CompletePorts & DisconnectPorts & DestroyKeysPorts & EraseUserPorts;

export interface ConnectingWorld {
  /** The service after it was started again: projections run, nothing is gated. */
  readonly service: Container;
  readonly tiktok: SimulatorControl;
  somebody(): Promise<Somebody>;
  /** Begins a flow and consents; what the browser then brings to our callback. */
  consent(person: Somebody): Promise<Callback>;
  complete(ports: CompletePorts, callback: Callback): Promise<CallbackOutcome>;
  /** A whole flow on the service itself. */
  connect(person: Somebody): Promise<CallbackOutcome>;
  /** The service's ports, each call of them a call of the gate. @param pool gated too, when given */
  gated(gate: Gate, pool?: pg.Pool): GatedPorts;
  connectionOf(person: Somebody): Promise<ConnectionId>;
  history(id: ConnectionId): Promise<readonly StoredEvent[]>;
  /** The person's connections as readers see them once the projections have caught up. */
  seen(person: Somebody): Promise<Readonly<{ views: readonly ConnectionView[]; rows: readonly ConnectionId[] }>>;
  context(): CommandContext;
  verify(): Promise<VerifyReport>;
  readonly databaseUrl: string;
  close(): Promise<void>;
}

const redirectUri = 'http://localhost:3999/api/tiktok/auth/callback';
const idRow = z.object({ id: z.string().transform(connectionId) });
const grants = z.object({ grants: z.array(z.object({ account: z.string(), open_id: z.string() })) });

/** @param changed settings of the service */
export const createConnectingWorld = async (changed: Environment = {}): Promise<ConnectingWorld> => {
  const database = await createMigratedDatabase();
  const simulator = await startSimulator({ quiet: true });
  const store = await openChosenStore();
  const tiktok = simulatorControl(simulator.url);
  const settings = readSettings({
    DATABASE_URL: database.url,
    TIKTOK_REDIRECT_URI: redirectUri,
    TIKTOK_CLIENT_KEY: simulator.app.clientKey,
    TIKTOK_CLIENT_SECRET: simulator.app.clientSecret,
    TIKTOK_TOKEN_ENCRYPTION_KEY: 'made-up-key-of-32-characters-000',
    ...store.environment,
    ...changed,
  })._unsafeUnwrap();
  const { authorizeUrl, apiUrl, app } = simulator;
  const tiktokSide = { clientKey: clientKey(app.clientKey), clientSecret: secret(app.clientSecret), previousClientSecret: null, authorizeUrl, apiUrl, simulatorUrl: null, stop: () => Promise.resolve() };
  const grounds = { settings, databaseUrl: secret(database.url), tiktokSide, log: pino({ level: 'silent' }) };
  const service = assemble(grounds);
  service.get('projectors').start();

  const ports = (container: Container, wrap: Gate['wrap']): GatedPorts => {
    const dataKeys = wrap('dataKeys', container.get('dataKeys'));
    return {
      dataKeys,
      sealer: wrap('sealer', createSealer({ keyring: service.get('keyring'), records: dataKeys })),
      attempts: wrap('attempts', container.get('attempts')),
      eventStore: wrap('eventStore', container.get('eventStore')),
      securityLog: wrap('securityLog', container.get('securityLog')),
      personalRecords: wrap('personalRecords', container.get('personalRecords')),
      media: wrap('media', service.get('media')),
      tiktok: wrap('tiktok', service.get('tiktok')),
      progress: wrap('progress', service.get('progress')),
      ids: wrap('ids', service.get('ids')),
      databaseClock: wrap('databaseClock', container.get('databaseClock')),
      clock: wrap('clock', service.get('clock')),
      settings: service.get('connectSettings'),
    };
  };
  const ungated = ports(service, (_, port) => port);
  let people = 0;

  const context = (): CommandContext => ({
    commandId: service.get('ids').commandId(),
    actor: { kind: 'system', id: 'test' },
    correlationId: 'test',
    causationId: null,
    traceparent: null,
  });
  const consent = async ({ user, account }: Somebody): Promise<Callback> => {
    const request = { userId: userId(user), returnTo: null, scopes: null, addAccount: true, viaConnectLink: false };
    const started = (await startAuthorization({ ...ungated, connections: service.get('connections') }, request))._unsafeUnwrap();
    const back = await tiktok.decide(started.redirectTo.reveal(), { account });
    const parameters = Object.fromEntries([...back.searchParams].map(([name, value]) => [name, [value]]));
    return { parameters, flowCookies: [started.flowCookie], signedIn: userId(user) };
  };
  const complete = (chosen: CompletePorts, callback: Callback) => completeAuthorization(chosen, context(), callback);
  const history = async (id: ConnectionId) => (await service.get('eventStore').read(connectionStream(id), 1, 1_000))._unsafeUnwrap();
  const connectionOf = async ({ account }: Somebody): Promise<ConnectionId> => {
    const known = grants.parse(await (await fetch(`${simulator.controlUrl}/grants`)).json()).grants.find((grant) => grant.account === account);
    return service.get('ids').connectionId(clientKey(app.clientKey), openId(known?.open_id ?? ''));
  };

  return {
    service,
    tiktok,
    databaseUrl: database.url,
    context,
    consent,
    complete,
    history,
    connectionOf,
    somebody: async () => {
      const name = `person-${(people += 1)}`;
      await tiktok.addAccount(name);
      return { user: name, account: name };
    },
    connect: async (person) => complete(ungated, await consent(person)),
    gated: (gate, pool) => {
      const container = assemble(grounds);
      if (pool !== undefined) container.provide('pool', () => pool);
      return ports(pool === undefined ? service : container, (name, port) => gate.wrap(name, port));
    },
    seen: async (person) => {
      const last = (await history(await connectionOf(person))).at(-1);
      if (last !== undefined && !(await service.get('progress').waitFor(last.checkpoint, 10_000))) throw new Error('the projections do not catch up');
      const query = { viewer: { kind: 'owner', userId: userId(person.user) }, userId: null, openId: null, statuses: null, limit: 10, cursor: null } as const;
      const { connections } = (await service.get('connections').list(query))._unsafeUnwrap();
      const { rows }: { rows: readonly unknown[] } = await database.pool.query('select id from user_tiktok_connections where user_id = $1', [person.user]);
      return { views: connections, rows: rows.map((row) => idRow.parse(row).id) };
    },
    verify: async () => {
      const projectionAudit = createProjectionAudit(database.pool, service.get('projectorList'));
      const request = { connectionId: null, signal: new AbortController().signal, progress: () => undefined };
      return (await verify({ eventStore: service.get('eventStore'), eventChain, projectionAudit }, request))._unsafeUnwrap();
    },
    close: async () => {
      await service.get('projectors').stop();
      await service.get('eventStore').close();
      await service.get('pool').end();
      await service.get('outbound').close();
      await simulator.stop();
      await store.stop();
      await database.drop();
    },
  };
};
