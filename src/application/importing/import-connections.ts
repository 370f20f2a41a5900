import { err, ok, type Result } from 'neverthrow';
import { isUuid, type ConnectionId } from '../../domain/values/ids.ts';
import type { Unavailable } from '../failures.ts';
import type { LegacyRow, LegacyRows, RowRefusal, SourceFailure } from '../ports/legacy-connections.ts';
import type { SecurityLog } from '../ports/security-log.ts';
import { foreseeRow, importRow, type ImportRowPorts, type RowOutcome } from './import-row.ts';
import { openRow, type OpenedRow, type OpenRowPorts } from './open-row.ts';

export interface ImportPorts extends ImportRowPorts, OpenRowPorts {
  readonly securityLog: SecurityLog;
}

export type RefusedRow = RowRefusal &
  Readonly<{
    number: number;
    /** The row's own id, where it has one that is a UUID. */
    id: string | null;
  }>;

export type ImportCounts = Readonly<{ rows: number; imported: number; skipped: number; refused: number }>;
export type ImportReport = ImportCounts & Readonly<{ refusals: readonly RefusedRow[] }>;

export type ImportStopped = Readonly<{ because: Unavailable | SourceFailure | Readonly<{ kind: 'interrupted' }>; report: ImportReport }>;

export type ImportOptions = Readonly<{
  /** Says what would happen and writes nothing. */
  dryRun: boolean;
  /** Who imports, for the security log, e.g. `cli`. */
  principal: string;
  signal: AbortSignal;
  onProgress: (counts: ImportCounts) => void;
}>;

/** So many rows are written side by side; with the store's own connections that is what a pool has. */
const rowsAtOnce = 12;

type Task = Readonly<{ row: LegacyRow; id: ConnectionId; opened: OpenedRow }>;

/** UUIDs are shown as they came; anything else under that name might be a piece of another cell. */
const shownId = ({ cells }: LegacyRow): string | null => {
  const id = cells.unwrapOr(null)?.id?.toLowerCase() ?? '';
  return isUuid(id) ? id : null;
};

const createTally = () => {
  const counts = { rows: 0, imported: 0, skipped: 0 };
  const refusals: RefusedRow[] = [];
  const refuse = (row: LegacyRow, refusal: RowRefusal): void => void refusals.push({ ...refusal, number: row.number, id: shownId(row) });
  return {
    counts: (): ImportCounts => ({ ...counts, refused: refusals.length }),
    report: (): ImportReport => ({ ...counts, refused: refusals.length, refusals: refusals.toSorted((a, b) => a.number - b.number) }),
    seen: (): void => void (counts.rows += 1),
    refuse,
    add: (row: LegacyRow, outcome: RowOutcome): void => {
      if (outcome === 'imported' || outcome === 'skipped') counts[outcome] += 1;
      else refuse(row, { reason: outcome.refused, column: null });
    },
  };
};

type Tally = ReturnType<typeof createTally>;

/** Says of each row whether it is to be written; null when it was refused. */
const createSelection = (ports: ImportPorts, tally: Tally) => {
  // The only thing that grows with the source: an account's second row must not pass for one of an earlier run.
  const ids = new Set<ConnectionId>();
  const refused = (row: LegacyRow, refusal: RowRefusal): null => {
    tally.refuse(row, refusal);
    return null;
  };
  return (row: LegacyRow): Task | null => {
    tally.seen();
    const opened = openRow(ports, row, ports.clock.now());
    if (opened.isErr()) return refused(row, opened.error);
    const id = ports.ids.connectionId(ports.settings.clientKey, opened.value.openId);
    if (ids.has(id)) return refused(row, { reason: 'duplicate_open_id', column: 'tiktok_open_id' });
    ids.add(id);
    return { row, id, opened: opened.value };
  };
};

/** Works through the source; what is done already is in the tally when it stops. */
const workThrough = async (
  ports: ImportPorts,
  source: LegacyRows,
  tally: Tally,
  { dryRun, signal, onProgress }: ImportOptions,
): Promise<Result<void, ImportStopped['because']>> => {
  const importId = `import:${ports.ids.commandId()}`;
  const select = createSelection(ports, tally);
  const carryOut = async (tasks: readonly Task[]): Promise<Result<void, Unavailable>> => {
    const outcomes = await Promise.all(
      tasks.map(({ id, opened }) => (dryRun ? foreseeRow(ports, id) : importRow(ports, importId, id, opened))),
    );
    tasks.forEach(({ row }, index) => outcomes[index]?.map((outcome) => tally.add(row, outcome)));
    onProgress(tally.counts());
    return outcomes.find((outcome) => outcome.isErr())?.map(() => undefined) ?? ok(undefined);
  };
  let tasks: Task[] = [];
  for await (const row of source.read()) {
    if (signal.aborted) return err({ kind: 'interrupted' });
    if (row.isErr()) {
      const carried = await carryOut(tasks);
      return err(carried.isErr() ? carried.error : row.error);
    }
    const task = select(row.value);
    if (task !== null) tasks.push(task);
    if (tasks.length < rowsAtOnce) continue;
    const carried = await carryOut(tasks);
    if (carried.isErr()) return err(carried.error);
    tasks = [];
  }
  return carryOut(tasks);
};

/**
 * Begins a history for every row whose account has none. May be stopped or killed at any moment and run again: what
 * has a history is passed over, so newer tokens are never overwritten. Memory grows by an id per row, and by the refusals.
 */
export const importConnections = async (
  ports: ImportPorts,
  source: LegacyRows,
  options: ImportOptions,
): Promise<Result<ImportReport, ImportStopped>> => {
  const tally = createTally();
  const worked = await workThrough(ports, source, tally, options);
  const report = tally.report();
  const { rows, imported, skipped, refused } = report;
  if (!options.dryRun && imported > 0) {
    const logged = await ports.securityLog.record({
      kind: 'connections_imported',
      detail: { rows, imported, skipped, refused, completed: worked.isOk() },
      principal: options.principal,
      connectionId: null,
    });
    if (logged.isErr() && worked.isOk()) return err({ because: logged.error, report });
  }
  return worked.isOk() ? ok(report) : err({ because: worked.error, report });
};
