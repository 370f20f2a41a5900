import { err, ok, type Result } from 'neverthrow';
import type { Unavailable } from '../failures.ts';
import type { Clock } from '../ports/clock.ts';

const firstPauseMillis = 100;
const longestPauseMillis = 5_000;

const isUnavailable = <Failure extends Readonly<{ kind: string }>>(failure: Failure | Unavailable): failure is Unavailable =>
  failure.kind === 'Unavailable';

/** Keeps trying while the process lives: what TikTok answered is known to nobody else. */
export const appendForGood = async <Value, Failure extends Readonly<{ kind: string }>>(
  clock: Pick<Clock, 'sleep'>,
  append: () => Promise<Result<Value, Failure | Unavailable>>,
): Promise<Result<Value, Failure>> => {
  for (let pause = firstPauseMillis; ; pause = Math.min(pause * 2, longestPauseMillis)) {
    const appended = await append();
    if (appended.isOk()) return ok(appended.value);
    if (!isUnavailable(appended.error)) return err(appended.error);
    await clock.sleep(pause);
  }
};
