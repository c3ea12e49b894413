/** What machines make in threads: how long that takes, and so how many turns it lasts, differs from run to run. */
const MADE_BY_THREADS = ["importKey", "exportKey", "generateKey", "sign", "verify", "digest"] as const;

/** Once in so many turns the event loop turns, too. */
const GIVES_WAY = 500;

let turns = 0;
let making = 0;
for (const name of MADE_BY_THREADS) watch(crypto.subtle, name);

/**
 * A turn of everything that runs, for `manualClock`: every promise job has run behind it, and no thread is at work on a key or a
 * signature. So a test's time does not pass while a slow machine makes one, and what a seed brings is the same everywhere.
 * A tick of Node comes once no promise job is left; a turn of the event loop, which costs many times as much, is for threads, and
 * now and then for whoever else is in this process.
 */
export async function turn(): Promise<void> {
  await new Promise<void>((resolve) => process.nextTick(resolve));
  for (let waits = making > 0 || ++turns % GIVES_WAY === 0; waits; waits = making > 0) {
    await eventLoopTurn();
  }
}

/** A turn of the event loop itself. Behind it promises come before ticks of Node, wherever it was asked for. */
export function eventLoopTurn(): Promise<void> {
  return new Promise<void>((resolve) => void setImmediate(resolve));
}

function watch<Name extends string>(subtle: Record<Name, (...args: never[]) => Promise<unknown>>, name: Name): void {
  const make = subtle[name].bind(subtle);
  subtle[name] = (...args) => {
    making++;
    return make(...args).finally(() => making--);
  };
}
