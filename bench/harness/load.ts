/** Runs `callers` loops of `call` side by side for about `millis`. @returns calls per second */
export const callsPerSecond = async (callers: number, millis: number, call: (caller: number) => Promise<void>): Promise<number> => {
  const begun = performance.now();
  const deadline = begun + millis;
  const loop = async (caller: number): Promise<number> => {
    let calls = 0;
    while (performance.now() < deadline) {
      await call(caller);
      calls += 1;
    }
    return calls;
  };
  const counts = await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  const seconds = (performance.now() - begun) / 1_000;
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
};
