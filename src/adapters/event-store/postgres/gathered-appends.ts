import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import type { AppendFailure } from '../../../application/ports/event-store.ts';
import { answerOfOne, answersOfTogether, appendOne, appendTogether, valuesOfOne, valuesOfTogether } from './append-statements.ts';
import type { Answer, StreamToAppend } from './append-statements.ts';
import { appendFailureOf, sendAppend, type SendFailure } from './send-append.ts';

/** Null when nothing was written, because the head may be another: `append_events` tells what stands there. */
type OneResult = Result<Answer | null, AppendFailure>;

/** Those that come while others are under way share a statement, each with an outcome of its own. */
export interface GatheredAppends {
  append(one: StreamToAppend): Promise<OneResult>;
}

/** Statements under way before appends gather. */
const atOnce = 2;
/** How long an append waits to be sent, at most, when those under way are slow or wait for a lock. */
const longestWaitMillis = 20;
const mostTogether = 32;
/** Of data, so that a statement stays a small one. */
const mostBytesTogether = 262_144;

type Waiting = StreamToAppend & Readonly<{ settle: (result: OneResult) => void; fail: (error: unknown) => void }>;

/** A statement that fails for one of its events has written none of them, and each is tried again by itself. */
const afterFailure = (failure: SendFailure, several: readonly StreamToAppend[]): readonly OneResult[] => {
  const byItself = failure.outcome === 'conflict' || (several.length > 1 && failure.outcome === 'refused-value');
  return several.map(({ stream }) => (byItself ? ok(null) : err(appendFailureOf(failure, stream))));
};

const sendGathered = async (pool: pg.Pool, several: readonly StreamToAppend[]): Promise<readonly OneResult[]> => {
  const [only, ...others] = several;
  const [entry, ...more] = only?.entries ?? [];
  if (only !== undefined && entry !== undefined && others.length === 0 && more.length === 0) {
    const one = { stream: only.stream, head: only.head, entry };
    const sent = await sendAppend(pool, { ...appendOne, values: valuesOfOne(one) });
    return sent.isErr() ? afterFailure(sent.error, several) : [ok(answerOfOne(sent.value, one))];
  }
  const sent = await sendAppend(pool, { ...appendTogether, values: valuesOfTogether(several) });
  return sent.isErr() ? afterFailure(sent.error, several) : answersOfTogether(sent.value, several).map((answer) => ok(answer));
};

const sizeOf = (entries: StreamToAppend['entries']): number => entries.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);

/** As many as one statement takes, in their order, and no two of one stream. */
const split = (waiting: readonly Waiting[]): readonly [together: readonly Waiting[], rest: readonly Waiting[]] => {
  const together: Waiting[] = [];
  const rest: Waiting[] = [];
  const streams = new Set<string>();
  let bytes = 0;
  for (const one of waiting) {
    const size = sizeOf(one.entries);
    const fits = together.length === 0 || (together.length < mostTogether && bytes + size <= mostBytesTogether && !streams.has(one.stream));
    (fits ? together : rest).push(one);
    streams.add(one.stream);
    if (fits) bytes += size;
  }
  return [together, rest];
};

export const createGatheredAppends = (pool: pg.Pool): GatheredAppends => {
  let waiting: readonly Waiting[] = [];
  let underWay = 0;
  let answering = 0;
  let overdue: NodeJS.Timeout | null = null;

  const send = (): void => {
    const [together, rest] = split(waiting);
    waiting = rest;
    underWay += 1;
    sendGathered(pool, together)
      .then(
        (results) => results.forEach((result, index) => together[index]?.settle(result)),
        (error: unknown) => together.forEach(({ fail }) => fail(error)),
      )
      .finally(() => {
        underWay -= 1;
        if (together.length === 1) sendWhatMay();
        else letThemGather();
      });
  };

  /** Those who were answered together often come back together: in this turn, each after a few steps of its own. */
  const letThemGather = (): void => {
    answering += 1;
    setImmediate(() => {
      answering -= 1;
      sendWhatMay();
    });
  };

  const sendOverdue = (): void => {
    overdue = null;
    send();
    sendWhatMay();
  };

  const sendWhatMay = (): void => {
    while (waiting.length > 0 && underWay < atOnce && answering === 0) send();
    if (waiting.length > 0) {
      overdue ??= setTimeout(sendOverdue, longestWaitMillis);
    } else if (overdue !== null) {
      clearTimeout(overdue);
      overdue = null;
    }
  };

  return {
    append: (one) =>
      new Promise((settle, fail) => {
        waiting = [...waiting, { ...one, settle, fail }];
        sendWhatMay();
      }),
  };
};
