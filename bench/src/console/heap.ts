import type { CDPSession } from "@playwright/test";
import { note, rounded } from "../platform/samples.ts";
import { wait } from "../platform/wait.ts";

/** Bytes that a page holds once all that nobody holds is collected. */
export interface Held {
  /** Objects of its scripts, and what they keep in buffers. */
  readonly scripts: number;
  /** Of its document: elements, styles, layout. */
  readonly document: number;
}

/** Looks at each end, of which the lowest counts: code that is compiled and dropped again makes single ones differ by a tenth. */
const LOOKS = 4;
const BETWEEN = 5_000;
/** Looks on the way, to see whether it rises. */
const ON_THE_WAY = 4;

/** What a page holds now and after so long. */
export async function watchHeap(cdp: CDPSession, milliseconds: number): Promise<readonly [Held, Held]> {
  const before = await lowestOf(cdp);
  for (let look = 1; look <= ON_THE_WAY; look++) {
    await wait(milliseconds / (ON_THE_WAY + 1));
    const { scripts, document } = await heldBy(cdp);
    const minutes = rounded((milliseconds / 60_000) * (look / (ON_THE_WAY + 1)));
    note(`after ${minutes} min: ${rounded(scripts / 1e6)} MB of scripts, ${rounded(document / 1e6)} MB of document`);
  }
  await wait(milliseconds / (ON_THE_WAY + 1));
  return [before, await lowestOf(cdp)];
}

async function lowestOf(cdp: CDPSession): Promise<Held> {
  let lowest = await heldBy(cdp);
  for (let look = 1; look < LOOKS; look++) {
    await wait(BETWEEN);
    const held = await heldBy(cdp);
    if (sumOf(held) < sumOf(lowest)) lowest = held;
  }
  return lowest;
}

export function sumOf({ scripts, document }: Held): number {
  return scripts + document;
}

async function heldBy(cdp: CDPSession): Promise<Held> {
  // What finalizers let go is collected by the next one.
  for (let time = 0; time < 3; time++) await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize, embedderHeapUsedSize } = await cdp.send("Runtime.getHeapUsage");
  return { scripts: usedSize + backingStorageSize, document: embedderHeapUsedSize };
}
