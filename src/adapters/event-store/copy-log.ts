import { err, ok, type Result } from 'neverthrow';
import { unavailable } from '../../application/failures.ts';
import type { Copied, CopyFailure, CopyWatch, HistoriesDiffer } from '../../application/ports/event-copy.ts';
import type { StreamName } from '../../application/ports/event-names.ts';
import { emptyHead, type AppendFailure, type EventAddress, type StreamHead } from '../../application/ports/event-store.ts';
import type { EntryToAppend, EventLog } from './event-log.ts';

const batchSize = 500;
const tries = 10;

type Heads = Map<StreamName, StreamHead>;

const each = async (
  log: EventLog,
  { signal }: CopyWatch,
  take: (entry: EventAddress) => Promise<Result<void, CopyFailure>>,
): Promise<Result<void, CopyFailure>> => {
  for await (const batch of log.feed({ after: null, streamPrefixes: [], batchSize, live: false, signal })) {
    if (batch.isErr()) return err(batch.error);
    for (const entry of batch.value.entries) {
      const taken = await take(entry);
      if (taken.isErr()) return taken;
    }
  }
  return signal.aborted ? err({ kind: 'Interrupted' }) : ok(undefined);
};

const readHeads = async (log: EventLog, watch: CopyWatch): Promise<Result<Heads, CopyFailure>> => {
  const heads: Heads = new Map();
  const read = await each(log, watch, async ({ stream, revision, hash }) => {
    heads.set(stream, { revision, hash });
    return ok(undefined);
  });
  return read.map(() => heads);
};

const entryOf = ({ id, revision, type, schemaVersion, hash, stored }: EventAddress): EntryToAppend => ({ id, revision, type, schemaVersion, hash, ...stored });

/** Repeats while the answer is not definite; a repeat writes nothing twice. */
const appendForCertain = async (log: EventLog, head: StreamHead, entry: EventAddress): Promise<Result<void, AppendFailure>> => {
  for (let tried = 1; ; tried += 1) {
    const appended = await log.append(entry.stream, head, [entryOf(entry)]);
    if (appended.isOk()) return ok(undefined);
    if (appended.error.kind !== 'OutcomeUnknown' || tried === tries) return err(appended.error);
  }
};

const differs = ({ stream, revision }: Pick<EventAddress, 'stream' | 'revision'>): HistoriesDiffer => ({ kind: 'HistoriesDiffer', stream, revision });

const failureOf = (failure: AppendFailure, entry: EventAddress): CopyFailure => {
  switch (failure.kind) {
    case 'Unavailable':
      return failure;
    case 'Conflict':
      return differs(entry);
    case 'OutcomeUnknown':
    case 'EventTooLarge':
      return unavailable('event_store', `revision ${entry.revision} of ${entry.stream} could not be written: ${failure.kind}`);
  }
};

/**
 * Writes every event of one store into another, as its text and hash stand, in the one order of all streams. May be
 * interrupted anywhere: the next run goes on behind what it finds. Ends with comparing the heads of both.
 */
export const copyLog = async (from: EventLog, to: EventLog, watch: CopyWatch): Promise<Result<Copied, CopyFailure>> => {
  const there = await readHeads(to, watch);
  if (there.isErr()) return err(there.error);
  const heads: Heads = new Map();
  let copied = 0;
  let events = 0;
  const walked = await each(from, watch, async (entry) => {
    const { stream, revision, hash } = entry;
    const head = heads.get(stream) ?? emptyHead;
    heads.set(stream, { revision, hash });
    events += 1;
    const standing = there.value.get(stream) ?? emptyHead;
    if (revision < standing.revision) return ok(undefined);
    if (revision === standing.revision) return standing.hash === hash ? ok(undefined) : err(differs(entry));
    const appended = await appendForCertain(to, head, entry);
    if (appended.isErr()) return err(failureOf(appended.error, entry));
    copied += 1;
    watch.progress(copied);
    return ok(undefined);
  });
  if (walked.isErr()) return err(walked.error);
  const compared = await readHeads(to, watch);
  if (compared.isErr()) return err(compared.error);
  for (const [stream, { revision, hash }] of heads) {
    if (compared.value.get(stream)?.hash !== hash) return err(differs({ stream, revision }));
  }
  for (const [stream, { revision }] of compared.value) if (!heads.has(stream)) return err(differs({ stream, revision }));
  return ok({ copied, events, streams: heads.size });
};
