import { setTimeout as pauseFor } from 'node:timers/promises';
import type pg from 'pg';

export type ReadsMeanwhile = Readonly<{ count: number; unanswered: number; slowestMillis: number }>;

const everyMillis = 20;

const reads = [
  'select * from user_tiktok_connections limit 1',
  'select * from tiktok_connections.connections limit 1',
  'select * from tiktok_connections.work_items limit 1',
] as const;

/** Reads a row of every table that is built anew, again and again until the work is done. @returns also how many reads failed or found nothing */
export const readMeanwhile = async <Answer>(pool: pg.Pool, work: Promise<Answer>): Promise<readonly [Answer, ReadsMeanwhile]> => {
  let done = false;
  let [count, unanswered, slowestMillis] = [0, 0, 0];
  const readAll = async (): Promise<void> => {
    while (!done) {
      for (const text of reads) {
        const begun = performance.now();
        const found = await pool.query(text).then(({ rowCount }) => rowCount === 1, () => false);
        count += 1;
        if (!found) unanswered += 1;
        slowestMillis = Math.max(slowestMillis, performance.now() - begun);
      }
      await pauseFor(everyMillis);
    }
  };
  const reading = readAll();
  try {
    const answer = await work;
    done = true;
    await reading;
    return [answer, { count, unanswered, slowestMillis }];
  } finally {
    done = true;
  }
};
