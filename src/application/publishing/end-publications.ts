import { err, ok, type Result } from 'neverthrow';
import type { PublishRequested } from '../../domain/connection/events.ts';
import type { ConnectionId } from '../../domain/values/ids.ts';
import { connectionAggregate, publicationAggregate } from '../execution/aggregate.ts';
import type { CommandContext } from '../execution/command-context.ts';
import { execute, type ExecutionPorts } from '../execution/execute.ts';
import { load } from '../execution/load.ts';
import { connectionStream } from '../execution/streams.ts';
import { lifeHasEnded } from '../work-lists/life-has-ended.ts';
import type { WorkHandler, WorkOutcome } from '../work-lists/work-handler.ts';
import { acceptPublication } from './accept-publication.ts';
import { contextOf } from './publish-saga.ts';

const pageSize = 1_000;

type Failed = Readonly<{ kind: string }>;

const retry = ({ kind }: Failed): WorkOutcome => ({ kind: 'Retry', afterMillis: 1_000, reason: kind });

/** What was requested through the life, page by page; no request can follow its end. */
async function* requestsOf({ eventStore }: ExecutionPorts, id: ConnectionId, life: number): AsyncGenerator<Result<PublishRequested, Failed>> {
  for (let from = 1; ; from += pageSize) {
    const page = await eventStore.read(connectionStream(id), from, pageSize);
    if (page.isErr()) {
      yield err(page.error);
      return;
    }
    for (const stored of page.value) {
      if (stored.readable && stored.event.type === 'PublishRequested' && stored.event.data.life === life) yield ok(stored.event);
    }
    if (page.value.length < pageSize) return;
  }
}

/** What TikTok has, or may have, goes its own way; what has ended stays so. */
const settles: ReadonlySet<string> = new Set(['TikTokHasIt', 'PublicationEnded']);

const end = async (ports: ExecutionPorts, context: CommandContext, id: ConnectionId, requested: PublishRequested): Promise<Result<void, Failed>> => {
  const { publicationId } = requested.data;
  // A process may have ended before its second append; what was promised ends in its own history.
  const accepted = await acceptPublication(ports, context, id, requested);
  if (accepted.isErr()) return err(accepted.error);
  const at = ports.clock.now();
  const failed = await execute(ports, publicationAggregate, context, publicationId, 'not-connected', () =>
    Promise.resolve(ok({ type: 'Fail', reason: 'not_connected', retryable: false, bytesMissing: false, logId: null, at } as const)),
  );
  return failed.isErr() && !settles.has(failed.error.kind) ? err(failed.error) : ok(undefined);
};

/**
 * Once a life of a connection has ended, its publications that TikTok does not have yet end with it, also those whose
 * time has not come. Harmless to repeat.
 */
export const endPublications =
  (ports: ExecutionPorts): WorkHandler =>
  async (item) => {
    const { connectionId, life } = item;
    const loaded = await load(ports.eventStore, connectionAggregate, connectionId);
    if (loaded.isErr()) return retry(loaded.error);
    if (!lifeHasEnded(loaded.value.state, life)) return { kind: 'Done' };
    for await (const requested of requestsOf(ports, connectionId, life)) {
      if (requested.isErr()) return retry(requested.error);
      const subject = requested.value.data.publicationId;
      const ended = await end(ports, contextOf(ports, { ...item, subject }, connectionId), connectionId, requested.value);
      if (ended.isErr()) return retry(ended.error);
    }
    return { kind: 'Done' };
  };
