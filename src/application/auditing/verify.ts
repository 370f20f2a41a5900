import { err, ok, type Result } from 'neverthrow';
import type { ConnectionId } from '../../domain/values/ids.ts';
import type { ConnectionNotFound } from '../connecting/disconnect.ts';
import { connectionStream } from '../execution/streams.ts';
import type { ProjectionAudit } from '../ports/audit-projections.ts';
import { checkChain, type ChainPorts } from './check-chain.ts';
import { checkChains, type ChainFailure, type ChainReport } from './check-chains.ts';
import { checkHeads, type ChainHead } from './check-heads.ts';
import { checkProjection, type ProjectionCheck, type ProjectionFailure, type ProjectionReport } from './check-projection.ts';
import { createFindings, type Difference, type Findings } from './difference.ts';

export interface VerifyPorts extends ChainPorts {
  readonly projectionAudit: ProjectionAudit;
}

export type VerifyRequest = Readonly<{
  /** Only this one; everything when null. */
  connectionId: ConnectionId | null;
  /** Exported earlier and kept elsewhere: nothing up to them may be gone. */
  heads?: readonly ChainHead[];
  signal: AbortSignal;
  /** Called with what is being checked and how many events of it have been. */
  progress: (part: string, events: number) => void;
}>;

export type VerifyReport = Readonly<{
  chain: ChainReport;
  projections: readonly ProjectionReport[];
  /** How many there are; `differences` lists the first of them. */
  found: number;
  differences: readonly Difference[];
}>;

export type VerifyFailure = ConnectionNotFound | ChainFailure | ProjectionFailure;

const checkStreams = async (
  ports: VerifyPorts,
  findings: Findings,
  { connectionId, heads = [], signal, progress }: VerifyRequest,
): Promise<Result<ChainReport, VerifyFailure>> => {
  if (connectionId === null) {
    const all = checkHeads(heads, findings);
    const checked = await checkChains(ports, findings, all, { signal, progress: (events) => progress('hash chain', events) });
    if (signal.aborted) return err({ kind: 'Interrupted' });
    if (checked.isOk()) all.finish();
    return checked;
  }
  const stream = connectionStream(connectionId);
  const own = checkHeads(heads.filter((head) => head.stream === stream), findings);
  const checked = await checkChain(ports, stream, findings, own);
  if (checked.isOk()) own.finish();
  return checked.map(({ events }) => ({ events, streams: events === 0 ? 0 : 1 }));
};

const checkOpened = async (
  { eventStore, projectionAudit }: VerifyPorts,
  projection: string,
  findings: Findings,
  check: ProjectionCheck,
): Promise<Result<ProjectionReport, ProjectionFailure>> => {
  const opened = await projectionAudit.open(projection);
  if (opened.isErr()) return err(opened.error);
  const report = await checkProjection(eventStore, opened.value, findings, check);
  await opened.value.close();
  return report;
};

/**
 * Proves that every event is what its hash was made of and stands where it was written, that nothing is gone that
 * exported heads name, and that every row is what a replay leads to. May run beside a running service.
 */
export const verify = async (ports: VerifyPorts, request: VerifyRequest): Promise<Result<VerifyReport, VerifyFailure>> => {
  const { connectionId, signal, progress } = request;
  const findings = createFindings();
  const chain = await checkStreams(ports, findings, request);
  if (chain.isErr()) return err(chain.error);
  const projections: ProjectionReport[] = [];
  for (const name of ports.projectionAudit.projections) {
    const check = { connectionId, signal, progress: (events: number) => progress(`projection ${name}`, events) };
    const report = await checkOpened(ports, name, findings, check);
    if (report.isErr()) return err(report.error);
    projections.push(report.value);
  }
  const nothingThere = chain.value.events === 0 && findings.total === 0;
  if (connectionId !== null && nothingThere) return err({ kind: 'ConnectionNotFound' });
  return ok({ chain: chain.value, projections, found: findings.total, differences: findings.listed });
};
