import type { Result } from 'neverthrow';
import type { Unavailable } from '../../application/failures.ts';
import type { ImportPorts } from '../../application/importing/import-connections.ts';
import type { EraseUserPorts } from '../../application/erasing/erase-user.ts';
import type { ReapplyPorts } from '../../application/erasing/reapply-fences.ts';
import type { KeyRingPorts } from '../../application/keys/key-ring-use.ts';
import type { ProjectionAudit } from '../../application/ports/audit-projections.ts';
import type { ApiKeys } from '../../application/ports/api-keys.ts';
import type { CopyEvents } from '../../application/ports/event-copy.ts';
import type { EventChain } from '../../application/ports/event-chain.ts';
import type { EventStore } from '../../application/ports/event-store.ts';
import type { Ids } from '../../application/ports/ids.ts';
import type { LegacyRows, LegacyTokens } from '../../application/ports/legacy-connections.ts';
import type { KeyFences } from '../../application/ports/key-fences.ts';
import type { ProjectionOperations } from '../../application/ports/projection-operations.ts';
import type { Sealer } from '../../application/ports/sealer.ts';
import type { SecurityLogPages } from '../../application/ports/security-log-pages.ts';
import type { SecurityLog } from '../../application/ports/security-log.ts';
import type { Secret } from '../../domain/values/secret.ts';

/** `sentence` names the cause and the remedy; `DatabaseUnavailable` is the one kind that may pass by itself. */
export type MigrationTrouble = Readonly<{ kind: string; sentence: string }>;

export interface Migrations {
  /** Names of migrations that the database lacks, in order. */
  pending(): PromiseLike<Result<readonly string[], MigrationTrouble>>;
  run(): PromiseLike<Result<Readonly<{ applied: readonly string[]; newer: readonly string[] }>, MigrationTrouble>>;
  /** Makes the cluster that the database was restored into its own, with no replica running. */
  adoptCluster(): PromiseLike<Result<'adopted' | 'already ours', Unavailable>>;
}

export interface Importing {
  readonly ports: Omit<ImportPorts, 'tokens'>;
  /** On error a sentence that shows no part of the key. */
  openKey(file: string): Result<LegacyTokens, string>;
  csv(file: string): LegacyRows;
  /** @param url its password is not shown anywhere */
  postgres(url: Secret<string>, table: string): LegacyRows;
}

/** What the commands work with, made by the composition root for one run of one command. */
export interface Toolbox {
  readonly eventStore: EventStore;
  readonly eventChain: EventChain;
  readonly sealer: Sealer;
  readonly securityLog: SecurityLog;
  readonly securityLogPages: SecurityLogPages;
  readonly apiKeys: ApiKeys;
  readonly ids: Ids;
  readonly migrations: Migrations;
  readonly operations: ProjectionOperations;
  readonly projectionAudit: ProjectionAudit;
  readonly keyRing: KeyRingPorts;
  readonly keyFences: KeyFences;
  readonly erasing: EraseUserPorts & Pick<ReapplyPorts, 'dataKeys'>;
  readonly copyEvents: CopyEvents;
  /** Made when asked for: no other command needs it. */
  importing(): Promise<Importing>;
  close(): Promise<void>;
}
