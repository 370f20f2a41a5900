import { existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';

const keptEvent = z.object({
  position: z.number(),
  stream: z.string(),
  revision: z.number(),
  id: z.string(),
  type: z.string(),
  contentType: z.string(),
  /** Milliseconds since 1970. */
  created: z.number(),
  /** Base64, as is the metadata. */
  data: z.string(),
  metadata: z.string(),
});
export type KeptEvent = z.output<typeof keptEvent>;
export type ProposedEvent = Pick<KeptEvent, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

/** Null expects that there is no stream. */
export type Expected = number | 'any' | null;

export type Outcome = Readonly<{ kind: 'written'; last: KeptEvent } | { kind: 'wrong'; current: number | null }>;

export interface KeptLog {
  readonly all: readonly KeptEvent[];
  stream(name: string): readonly KeptEvent[];
  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): Outcome;
  /** Takes what another one has written into the same file: as a follower has it when it is elected. */
  catchUp(): void;
  /** Called after every write. @returns takes the listener away */
  onWritten(listener: () => void): () => void;
}

/** A write that a kill cut in half was never acknowledged. */
const wholeLines = (path: string): readonly string[] => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []);

/** Every write is handed to the operating system in one piece before it is acknowledged, so it outlives this process. */
export const openKeptLog = (path: string): KeptLog => {
  const all: KeptEvent[] = [];
  const streams = new Map<string, KeptEvent[]>();
  const listeners = new Set<() => void>();
  const take = (event: KeptEvent): void => {
    all.push(event);
    const stream = streams.get(event.stream);
    if (stream === undefined) streams.set(event.stream, [event]);
    else stream.push(event);
  };
  let linesTaken = 0;
  const catchUp = (): void => {
    const lines = wholeLines(path);
    for (const line of lines.slice(linesTaken)) z.array(keptEvent).parse(JSON.parse(line)).forEach(take);
    linesTaken = lines.length;
    for (const listener of listeners) listener();
  };
  catchUp();
  const file = openSync(path, 'a');

  /** Repeats are found as the server finds them: the same ids behind the same explicit revision. */
  const repeated = (stream: readonly KeptEvent[], begin: number, events: readonly ProposedEvent[]): KeptEvent | null => {
    const standing = stream.slice(begin, begin + events.length);
    const same = standing.length === events.length && standing.every(({ id }, index) => id === events[index]?.id);
    return same ? (standing.at(-1) ?? null) : null;
  };

  return {
    all,
    stream: (name) => streams.get(name) ?? [],
    append: (name, expected, events) => {
      const stream = streams.get(name) ?? [];
      const begin = expected === 'any' ? stream.length : expected === null ? 0 : expected + 1;
      if (begin !== stream.length) {
        const last = repeated(stream, begin, events);
        return last === null ? { kind: 'wrong', current: stream.length === 0 ? null : stream.length - 1 } : { kind: 'written', last };
      }
      let position = (all.at(-1)?.position ?? 1_000) + 1;
      const created = Date.now();
      const kept = events.map((event, index): KeptEvent => {
        // Positions are places in a file: as far apart as events are large.
        position += 100 + event.data.length;
        return { position, stream: name, revision: begin + index, created, ...event };
      });
      writeSync(file, `${JSON.stringify(kept)}\n`);
      linesTaken += 1;
      kept.forEach(take);
      for (const listener of listeners) listener();
      const last = kept.at(-1);
      return last === undefined ? { kind: 'wrong', current: null } : { kind: 'written', last };
    },
    catchUp,
    onWritten: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};
