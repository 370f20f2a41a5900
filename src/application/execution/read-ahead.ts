/** Reads one element while the one before is worked on. For sources whose next element comes soon: `return` awaits it. */
export const readAhead = async function* <Element>(source: AsyncIterable<Element>): AsyncGenerator<Element, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const current = await next;
      if (current.done === true) return;
      next = iterator.next();
      // Awaited in the next turn; a failure must not count as unhandled until then.
      next.catch(() => undefined);
      yield current.value;
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return?.();
  }
};
