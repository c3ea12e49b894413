/** Passes a client's messages on, each looked at first. */
export async function* checked<M>(messages: AsyncIterable<M>, check: (message: M) => void): AsyncGenerator<M> {
  for await (const message of messages) {
    check(message);
    yield message;
  }
}

/** Calls back with the error that ends a stream, at most once; what it returns takes that back. */
export type Watch = (ended: (error: Error) => void) => () => void;

/**
 * Passes a stream on until it ends, fails, or what is watched ends it: then it fails with that at once, even while the
 * stream waits. Errors become what `explain` makes of them.
 */
export function untilEnded<M>(
  source: AsyncIterable<M>,
  watch: Watch,
  explain: (error: unknown) => Error,
): AsyncIterable<M> {
  return { [Symbol.asyncIterator]: () => iterate(source[Symbol.asyncIterator](), watch, explain) };
}

function iterate<M>(inner: AsyncIterator<M>, watch: Watch, explain: (error: unknown) => Error): AsyncIterator<M> {
  let over: Error | undefined;
  let interrupt: ((error: Error) => void) | undefined;
  let unwatch = () => {};
  unwatch = watch((error) => {
    over = error;
    unwatch();
    interrupt?.(error);
  });
  /** Fails by what is watched as well: one promise at a time, so that a long stream gathers nothing. */
  const take = () =>
    new Promise<IteratorResult<M>>((resolve, reject) => {
      interrupt = reject;
      if (over !== undefined) reject(over);
      else inner.next().then(resolve, (error: unknown) => reject(explain(error)));
    });
  return {
    async next() {
      try {
        const result = await take();
        if (result.done === true) unwatch();
        return result;
      } catch (error) {
        unwatch();
        // It may wait until its own signal ends it: that is not waited for, and how it ends interests nobody.
        inner.return?.()?.then(undefined, () => {});
        throw error;
      }
    },
    async return() {
      unwatch();
      await inner.return?.();
      return { done: true, value: undefined };
    },
  };
}
