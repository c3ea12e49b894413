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

const LOOKS = 5;

/** What a page holds now and after so long, looked at in between. */
export async function watchHeap(cdp: CDPSession, milliseconds: number): Promise<readonly [Held, Held]> {
  const before = await heldBy(cdp);
  let after = before;
  for (let look = 1; look <= LOOKS; look++) {
    await wait(milliseconds / LOOKS);
    after = await heldBy(cdp);
    const minutes = rounded((milliseconds / 60_000) * (look / LOOKS));
    note(
      `after ${minutes} min: ${rounded(after.scripts / 1e6)} MB of scripts, ${rounded(after.document / 1e6)} MB of document`,
    );
  }
  return [before, after];
}

async function heldBy(cdp: CDPSession): Promise<Held> {
  // What finalizers let go is collected by the next one.
  for (let time = 0; time < 3; time++) await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize, embedderHeapUsedSize } = await cdp.send("Runtime.getHeapUsage");
  return { scripts: usedSize + backingStorageSize, document: embedderHeapUsedSize };
}
