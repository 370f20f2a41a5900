import { Err, Ok, ResultAsync, type Result } from 'neverthrow';

/** What a call gave back: a value at once, or a promise, plain or of a result. */
type Kind = 'value' | 'promise' | 'result';
export type SeenCall = Readonly<{ name: string; kind: Kind }>;

/** Where everything stops: at the call of this place among all, before it has any effect or after it had all of it. */
export type Halt = Readonly<{ place: number; side: 'before' | 'after' }>;

/**
 * Counts the calls of what it wraps and halts at one of them, as a process does that is killed there: who awaits that
 * call waits for ever, or until `thaw`.
 */
export interface Gate {
  wrap<Port extends object>(name: string, port: Port): Port;
  readonly seen: readonly SeenCall[];
  /** Resolves when the halt is reached. */
  readonly reached: Promise<void>;
  thaw(): void;
}

const kindOf = (answer: unknown): Kind => {
  if (answer instanceof ResultAsync) return 'result';
  return answer instanceof Promise ? 'promise' : 'value';
};

const asResult = (value: unknown): Result<unknown, unknown> => {
  if (value instanceof Ok || value instanceof Err) return value;
  throw new Error('this call gave no result before');
};

/** @param known the calls of a run without a halt, which say what the halted call gives back */
export const createGate = (halt: Halt | null = null, known: readonly SeenCall[] = []): Gate => {
  const seen: SeenCall[] = [];
  const arrival = Promise.withResolvers<void>();
  const thawed = Promise.withResolvers<void>();

  const held = (side: Halt['side'], kind: Kind, run: () => unknown): unknown => {
    const answer = async (): Promise<unknown> => {
      if (side === 'before') {
        arrival.resolve();
        await thawed.promise;
        return run();
      }
      const settled = await run();
      arrival.resolve();
      await thawed.promise;
      return settled;
    };
    return kind === 'result' ? new ResultAsync(answer().then(asResult)) : answer();
  };

  const call = (name: string, run: () => unknown): unknown => {
    const place = seen.length;
    const kind = known[place]?.kind ?? 'value';
    seen.push({ name, kind });
    if (halt?.place === place) return held(halt.side, kind, run);
    const answer = run();
    seen[place] = { name, kind: kindOf(answer) };
    return answer;
  };

  return {
    seen,
    reached: arrival.promise,
    thaw: () => thawed.resolve(),
    wrap: (name, port) =>
      new Proxy(port, {
        get: (target, key) => {
          const member: unknown = Reflect.get(target, key);
          if (typeof member !== 'function' || typeof key !== 'string') return member;
          return (...values: unknown[]): unknown => call(`${name}.${key}`, (): unknown => Reflect.apply(member, target, values));
        },
      }),
  };
};

/** Nobody is left to hear how it ends: the process that began it is dead. */
export const abandon = (begun: PromiseLike<unknown>): void => {
  Promise.resolve(begun).catch(() => undefined);
};

/** Names of the calls that somebody awaited, in order. */
export const awaited = ({ seen }: Gate): readonly string[] => seen.filter(({ kind }) => kind !== 'value').map(({ name }) => name);

/** Every halt at a call that somebody awaited. */
export const haltsOf = ({ seen }: Gate): readonly Halt[] =>
  seen.flatMap(({ kind }, place) => (kind === 'value' ? [] : (['before', 'after'] as const).map((side) => ({ place, side }))));
