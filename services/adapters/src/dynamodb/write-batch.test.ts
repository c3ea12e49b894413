import pLimit from "p-limit";
import { expect, test } from "vitest";
import { RequestFailed } from "./client.ts";
import { attemptAll } from "./write-batch.ts";

const refused = (isUndone: boolean) => new RequestFailed({ isUndone, again: true, reason: "away" });

/** Writes five chunks, two at a time; those of `outcomes` fail. */
async function attempt(outcomes: Record<number, RequestFailed>) {
  const begun: number[] = [];
  const error = await attemptAll(pLimit(2), [0, 1, 2, 3, 4], async (chunk) => {
    begun.push(chunk);
    await Promise.resolve();
    const outcome = outcomes[chunk];
    if (outcome !== undefined) throw outcome;
  }).catch((failure: RequestFailed) => failure);
  return { begun, error };
}

test("F6: behind a chunk that the store refuses none is attempted any more: each would take as long", async () => {
  expect((await attempt({})).begun).toEqual([0, 1, 2, 3, 4]);
  const { begun, error } = await attempt({ 0: refused(true), 1: refused(true) });
  expect(begun).toEqual([0, 1]);
  expect(error).toMatchObject({ isUndone: true, message: "away" });
});

test("F2, F6: it is undone only if nothing of it may have been done", async () => {
  expect((await attempt({ 1: refused(true) })).error).toMatchObject({ isUndone: false });
  expect((await attempt({ 0: refused(false), 1: refused(true) })).error).toMatchObject({ isUndone: false });
});
