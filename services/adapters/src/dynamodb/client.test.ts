import { expect, test, vi } from "vitest";
import { persist, RequestFailed, sendOnce } from "./client.ts";

test("F6: a request that nothing answers is given up, also where the SDK looks at no signal", async () => {
  vi.useFakeTimers();
  try {
    let signal: AbortSignal | undefined;
    const sent = sendOnce((options) => {
      signal = options.abortSignal;
      return new Promise<never>(() => {});
    });
    const failed = expect(sent).rejects.toMatchObject({ name: "TimeoutError" });
    await vi.advanceTimersByTimeAsync(3_000);
    await failed;
    expect(signal?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("F2: what was given up may have been done", async () => {
  const error = Object.assign(new Error("no answer came in time"), { name: "TimeoutError" });
  const failed = await persist(0, () => Promise.reject(error)).catch((failure: RequestFailed) => failure);
  expect(failed).toBeInstanceOf(RequestFailed);
  expect(failed).toMatchObject({ isUndone: false });
});
