import fc from 'fast-check';
import { expect, test } from 'vitest';
import { streamName, type StreamName } from '../../../src/application/ports/event-names.ts';
import { emptyHead, type EventToAppend, type StreamHead } from '../../../src/application/ports/event-store.ts';
import type { OpenLog } from './open-log.ts';
import { newStream, several } from '../sample-events.ts';
import { idsOf, storeForEachTest } from './opened-store.ts';

type Step =
  | Readonly<{ kind: 'append'; stream: number; count: number }>
  | Readonly<{ kind: 'repeat'; which: number; count: number }>
  | Readonly<{ kind: 'late'; stream: number; behind: number }>;

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), stream: fc.nat(2), count: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('repeat' as const), which: fc.nat(20), count: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('late' as const), stream: fc.nat(2), behind: fc.integer({ min: 1, max: 3 }) }) },
  ),
  { minLength: 1, maxLength: 25 },
);

type Made = Readonly<{ stream: StreamName; head: StreamHead; events: readonly EventToAppend[] }>;

export const historiesContract = (open: OpenLog): void => {
  const opened = storeForEachTest(open);

  test('a model of three lists says what is written, refused and fed', async () => {
    const play = async (history: readonly Step[], cut: number): Promise<void> => {
      const run = newStream();
      const streams = [0, 1, 2].map((number) => streamName(`${run}-${number}`));
      const heads = new Map<StreamName, StreamHead[]>(streams.map((stream) => [stream, [emptyHead]]));
      const model = new Map<StreamName, string[]>(streams.map((stream) => [stream, []]));
      const order: string[] = [];
      const made: Made[] = [];
      const headsOf = (stream: StreamName): StreamHead[] => heads.get(stream) ?? [];

      for (const step of history) {
        if (step.kind === 'repeat') {
          const earlier = made[step.which];
          if (earlier === undefined) continue;
          const part = earlier.events.slice(0, step.count);
          const answered = await opened.append(earlier.stream, earlier.head, part);
          expect(idsOf(answered.events)).toEqual(idsOf(part));
          continue;
        }
        const stream = streams[step.stream] ?? run;
        if (step.kind === 'late') {
          const late = headsOf(stream).at(-1 - step.behind);
          if (late === undefined) continue;
          expect((await opened.store().append(stream, late, several(1)))._unsafeUnwrapErr().kind).toBe('Conflict');
          continue;
        }
        const head = headsOf(stream).at(-1) ?? emptyHead;
        const events = several(step.count);
        const appended = await opened.append(stream, head, events);
        made.push({ stream, head, events });
        headsOf(stream).push(appended.head);
        model.get(stream)?.push(...idsOf(events));
        order.push(...idsOf(events));
      }

      for (const stream of streams) expect(idsOf(await opened.history(stream))).toEqual(model.get(stream));
      const fed = await opened.fed({ streamPrefixes: [run], batchSize: 3 });
      expect(idsOf(fed)).toEqual(order);
      const after = fed[cut]?.checkpoint;
      if (after !== undefined) expect(idsOf(await opened.fed({ streamPrefixes: [run], after }))).toEqual(order.slice(cut + 1));
    };

    await fc.assert(fc.asyncProperty(steps, fc.nat(30), play), { numRuns: 25 });
  });
};
