// tsyringe asks for it the moment it is loaded.
import 'reflect-metadata';
import type pg from 'pg';
import { container as root, instanceCachingFactory, type DependencyContainer } from 'tsyringe';
import type { Keyring } from '../adapters/crypto/keyring.ts';
import type { Draining } from '../adapters/http/draining.ts';
import type { Shedding } from '../adapters/http/overload/shedding.ts';
import type { BackgroundLoop } from '../adapters/postgres/background-loop.ts';
import type { LiveApiKeys } from '../adapters/postgres/live-api-keys.ts';
import type { ProgressBoard } from '../adapters/postgres/projector/progress-board.ts';
import type { ProjectorRuntime } from '../adapters/postgres/projector/projector-runtime.ts';
import type { Projector } from '../adapters/postgres/projector/projector.ts';
import type { WorkRuntime } from '../adapters/postgres/work-lists/work-runtime.ts';
import type { Tallies } from '../adapters/telemetry/tallies.ts';
import type { Tracing } from '../adapters/telemetry/tracing.ts';
import type { WorkLog } from '../adapters/telemetry/watched-work.ts';
import type { ApiKeys } from '../application/ports/api-keys.ts';
import type { AuthorizationAttempts } from '../application/ports/authorization-attempts.ts';
import type { Clock } from '../application/ports/clock.ts';
import type { ConnectSessions } from '../application/ports/connect-sessions.ts';
import type { Connections } from '../application/ports/connections.ts';
import type { DataKeyRecords } from '../application/ports/data-key-records.ts';
import type { DatabaseClock } from '../application/ports/database-clock.ts';
import type { IdempotencyRecords } from '../application/ports/idempotency-records.ts';
import type { Ids } from '../application/ports/ids.ts';
import type { KeyEncryption } from '../application/ports/key-encryption.ts';
import type { KeyFences } from '../application/ports/key-fences.ts';
import type { MediaLibrary, UserMedia } from '../application/ports/media-library.ts';
import type { PersonalRecords } from '../application/ports/personal-records.ts';
import type { ProjectionProgress } from '../application/ports/projection-progress.ts';
import type { Publications } from '../application/ports/publications.ts';
import type { PublishQuotas } from '../application/ports/publish-quotas.ts';
import type { SecurityLog } from '../application/ports/security-log.ts';
import type { SecurityLogPages } from '../application/ports/security-log-pages.ts';
import type { Sealer } from '../application/ports/sealer.ts';
import type { ConnectSettings } from '../application/ports/settings.ts';
import type { SourceFetcher } from '../application/ports/source-fetcher.ts';
import type { TikTokPublishing, TikTokUploads } from '../application/ports/tiktok-publishing.ts';
import type { TikTokCallWatch } from '../application/ports/tiktok-calls.ts';
import type { TikTokVideos } from '../application/ports/tiktok-videos.ts';
import type { TikTokAuthorization, TikTokTokens, TikTokUsers } from '../application/ports/tiktok.ts';
import type { WrappedKeys } from '../application/ports/wrapped-keys.ts';
import type { AddressRules } from '../application/publishing/source-rules.ts';
import type { GrantPorts } from '../application/tokens/grant-access-token.ts';
import type { ReceivePorts } from '../application/webhooks/receive-webhook.ts';
import type { ChunkPlan } from '../domain/publication/chunk-plan.ts';
import type { Secret } from '../domain/values/secret.ts';
import type { ChosenEventStore } from './event-store.ts';
import type { LineStream } from './lines.ts';
import type { OutboundCalls } from './outbound-calls.ts';
import type { Settings } from './settings/read-settings.ts';
import type { TikTokSide } from './tiktok-side.ts';

/** Everything that can be resolved, by name. One of each per container. */
export interface Parts {
  settings: Settings;
  connectSettings: ConnectSettings;
  databaseUrl: Secret<string>;
  pool: pg.Pool;
  tiktokSide: TikTokSide;
  outbound: OutboundCalls;
  tiktok: TikTokAuthorization & TikTokTokens & TikTokUsers;
  publishing: TikTokPublishing & TikTokVideos;
  uploads: TikTokUploads;
  /** Measurements of other sizes of chunks provide another. */
  planChunks: (totalBytes: number) => ChunkPlan;
  /** Tests that serve files from loopback provide another, with `addresses`. */
  fetcher: SourceFetcher;
  addresses: AddressRules;
  clock: Clock;
  ids: Ids;
  keyring: Keyring;
  dataKeys: DataKeyRecords;
  keyEncryption: KeyEncryption;
  wrappedKeys: WrappedKeys;
  keyFences: KeyFences;
  personalRecords: PersonalRecords;
  media: MediaLibrary & UserMedia;
  mediaSweep: BackgroundLoop;
  sealer: Sealer;
  eventStore: ChosenEventStore;
  attempts: AuthorizationAttempts;
  sessions: ConnectSessions;
  connections: Connections;
  publications: Publications;
  quotas: PublishQuotas;
  apiKeys: ApiKeys & LiveApiKeys;
  idempotency: IdempotencyRecords;
  securityLog: SecurityLog;
  securityLogPages: SecurityLogPages;
  databaseClock: DatabaseClock;
  tokenPorts: GrantPorts;
  expirySweep: BackgroundLoop;
  /** How far each projection is known to be in this process. */
  board: ProgressBoard;
  progress: ProjectionProgress;
  projectorList: readonly Projector[];
  projectors: ProjectorRuntime;
  work: WorkRuntime;
  publishWork: WorkRuntime;
  uploadWork: WorkRuntime;
  draining: Draining;
  shedding: Shedding;
  receiving: ReceivePorts;
  webhookWork: BackgroundLoop;
  /** What this process counts of itself. */
  tallies: Tallies;
  tracing: Tracing | null;
  /** Where lines about requests and background work go. */
  lines: LineStream;
  workLog: WorkLog;
  tiktokWatch: TikTokCallWatch;
}

/** What a start needs before it can say that it is ready; laid first, and everything else is loaded upon it. */
export type GroundPart =
  | 'settings'
  | 'databaseUrl'
  | 'tiktokSide'
  | 'clock'
  | 'draining'
  | 'shedding'
  | 'pool'
  | 'lines'
  | 'keyring'
  | 'keyEncryption'
  | 'wrappedKeys'
  | 'keyFences';

/** A container of which only that is known to be there. */
export type Ground = Readonly<{ get<Name extends GroundPart>(name: Name): Parts[Name] }>;

/** A typed view of one tsyringe container: names instead of classes, factories instead of decorators. */
export interface Container {
  provide<Name extends keyof Parts>(name: Name, make: (container: Container) => Parts[Name]): void;
  get<Name extends keyof Parts>(name: Name): Parts[Name];
}

export const createContainer = (): Container => {
  const own: DependencyContainer = root.createChildContainer();
  const container: Container = {
    provide: (name, make) => {
      own.register(name, { useFactory: instanceCachingFactory(() => make(container)) });
    },
    get: <Name extends keyof Parts>(name: Name) => own.resolve<Parts[Name]>(name),
  };
  return container;
};
