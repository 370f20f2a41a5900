import { err, ok, type Result } from 'neverthrow';
import type { Logger } from 'pino';
import { findOtherHistory, letBeginAnew } from '../adapters/postgres/projector/other-history.ts';
import type { Container } from './parts.ts';

const noAnswer = (reason: string): Result<never, string> => err(`The event store or the database does not answer: ${reason}.`);

/**
 * What must hold of projections before anything is appended: they follow this event store, and are not ahead of it.
 * Those that are, since it was restored to an earlier moment, are left to be built anew.
 * @returns on error a sentence that says what to do
 */
export const prepareProjections = async (container: Container, log: Logger): Promise<Result<void, string>> => {
  const found = await findOtherHistory(container.get('pool'), container.get('eventStore'));
  if (found.isErr()) return noAnswer(found.error.reason);
  const { foreign, ahead } = found.value;
  if (foreign.length > 0) {
    return err(
      `The projections ${foreign.join(', ')} followed another event store than the one that EVENT_STORE_URL leads to: set it to the one they ` +
        'belong to; or, if the history was moved or replaced on purpose, run `rebuild` once, then start.',
    );
  }
  if (ahead.length === 0) return ok();
  log.warn({ projections: ahead }, 'projections are ahead of the event store, which was restored to an earlier moment: they are built anew');
  const left = await letBeginAnew(container.get('pool'), ahead);
  return left.isErr() ? noAnswer(left.error.reason) : ok();
};
