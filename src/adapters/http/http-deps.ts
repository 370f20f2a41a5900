import type { ChainPorts } from '../../application/auditing/check-chain.ts';
import type { StateAtPorts } from '../../application/auditing/state-at.ts';
import type { CompletePorts } from '../../application/connecting/complete-authorization.ts';
import type { ConnectLinkPorts } from '../../application/connecting/connect-links.ts';
import type { UnbindPorts } from '../../application/connecting/unbind.ts';
import type { EraseUserPorts } from '../../application/erasing/erase-user.ts';
import type { ApiKeys } from '../../application/ports/api-keys.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Connections } from '../../application/ports/connections.ts';
import type { MediaLibrary } from '../../application/ports/media-library.ts';
import type { IdempotencyRecords } from '../../application/ports/idempotency-records.ts';
import type { Tracer } from '../../application/ports/tracer.ts';
import type { Ids } from '../../application/ports/ids.ts';
import type { SecurityLogPages } from '../../application/ports/security-log-pages.ts';
import type { PublishPorts } from '../../application/publishing/request-publish.ts';
import type { RecentVideosPorts } from '../../application/publishing/recent-videos.ts';
import type { Publications } from '../../application/ports/publications.ts';
import type { ReceivePorts } from '../../application/webhooks/receive-webhook.ts';
import type { VerifyUserToken } from './principals/user-token.ts';
import type { GrantPorts } from '../../application/tokens/grant-access-token.ts';
import type { Draining } from './draining.ts';
import type { Shedding } from './overload/shedding.ts';
import type { RateLimits } from './rate-limits/rate-limits.ts';
import type { Readiness } from './readiness.ts';

export type HttpSettings = Readonly<{
  /** `X-Dev-User`, `dev_user` and `Bearer dev` prove something. Never in production, nor with an identity provider. */
  developmentPrincipals: boolean;
  /** How browsers reach us: origin without trailing slash. https here means Secure cookies and HSTS. */
  publicUrl: string;
  /** Where a browser goes when there is nothing better to return to. */
  returnUrl: string;
  returnUrlAllowlist: readonly string[];
  /** Exact origins whose pages may call us with credentials. */
  corsOrigins: readonly string[];
  /** Whose `X-Forwarded-For` is believed: every proxy, so many of them, or these addresses and networks. */
  trustProxy: boolean | number | readonly string[];
  /** Cookie that holds the end user's token. */
  authCookie: string;
  /** Origins besides https ones that avatars may come from (the simulator's). */
  imageOrigins: readonly string[];
  /** Within which what asks TikTok or writes must be answered; 45 s unless told. The rest is held by the database's limits. */
  slowAnswerMillis?: number;
}>;

export type HttpLogger = Readonly<{
  level: string;
  /** Where lines go; the standard output when left out. What it holds back is flushed when the application closes. */
  stream?: Readonly<{ write(line: string): void; flushSync?(): void }>;
  /** Is asked for what every line is to have besides. */
  mixin?: () => object;
}>;

/** All that the HTTP adapter stands on. */
export type HttpDeps = Readonly<{
  connecting: ConnectLinkPorts;
  completing: CompletePorts;
  unbinding: UnbindPorts;
  erasing: EraseUserPorts;
  tokens: GrantPorts;
  webhooks: ReceivePorts;
  publishing: PublishPorts & RecentVideosPorts;
  publications: Publications;
  auditing: StateAtPorts & ChainPorts & Readonly<{ securityLogPages: SecurityLogPages }>;
  media: MediaLibrary;
  connections: Connections;
  apiKeys: Pick<ApiKeys, 'verify'>;
  idempotency: IdempotencyRecords;
  ids: Ids;
  clock: Clock;
  /** Null without an identity provider: then no token proves an end user. */
  verifyUserToken: VerifyUserToken | null;
  /** How often each caller may ask on `/v1`; null where there is no limit. */
  rateLimits: RateLimits | null;
  settings: HttpSettings;
  draining: Draining;
  shedding: Shedding;
  readiness: () => Promise<Readiness>;
  /** Prometheus text; null where this port does not show it. */
  metrics: (() => Promise<string>) | null;
  logger: HttpLogger;
  /** Null where nothing is traced. */
  tracer?: Tracer | null;
  /** Is told of every request whose answer is out. */
  answered?: (request: AnsweredRequest) => void;
  /** Is told of every request whose caller left before. */
  aborted?: (request: Omit<AnsweredRequest, 'status' | 'seconds'>) => void;
}>;

/** `route` is the pattern; null where none matches. */
export type AnsweredRequest = Readonly<{ method: string; route: string | null; status: number; seconds: number }>;
