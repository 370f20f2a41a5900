import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { Clock } from '../ports/clock.ts';
import type { UnreadableHistory } from './load.ts';

const firstPauseMillis = 100;
const longestPauseMillis = 5_000;

type Passing = Unavailable | UnreadableHistory;

const passes = <Failure extends Readonly<{ kind: string }>>(failure: Failure | Passing): failure is Passing =>
  failure.kind === 'Unavailable' || failure.kind === 'UnreadableHistory';

/**
 * Keeps trying while the process lives: what TikTok answered is known to nobody else. That a newer replica has written
 * what this one cannot read may pass, too.
 */
export const appendForGood = async <Value, Failure extends Readonly<{ kind: string }>>(
  clock: Pick<Clock, 'sleep'>,
  append: () => Promise<Result<Value, Failure | Passing>>,
): Promise<Result<Value, Failure>> => {
  for (let pause = firstPauseMillis; ; pause = Math.min(pause * 2, longestPauseMillis)) {
    const appended = await append();
    if (appended.isOk()) return ok(appended.value);
    if (!passes(appended.error)) return err(appended.error);
    await clock.sleep(pause);
  }
};
