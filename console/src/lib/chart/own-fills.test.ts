import { type Fill, FillSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OwnFills } from "./own-fills.svelte.ts";

/** Outside a page nothing is drawn: runes are plain fields. */
beforeEach(() => {
  vi.stubGlobal(
    "$state",
    Object.assign((value: unknown) => value, { raw: (value: unknown) => value }),
  );
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const fillsOf = (...ids: readonly string[]): Fill[] => ids.map((executionId) => create(FillSchema, { executionId }));

// Seen failing with a single page: it was empty, and the chart showed no fill.
test("fills that the first page does not reach are read by the next ones", async () => {
  const told = [fillsOf(), fillsOf("c", "b"), fillsOf("a")];
  type Desk = ConstructorParameters<typeof OwnFills>[0];
  const desk = {
    clients: {
      orders: {
        listFills: async ({ pageToken = "" }) => {
          const at = Number(pageToken);
          return { fills: told[at], nextPageToken: at + 1 < told.length ? `${at + 1}` : "" };
        },
      },
    },
    connection: {
      watch: (_terms: object, watcher: { snapshot(parts: readonly { fills: Fill[] }[]): void }) => {
        queueMicrotask(() => watcher.snapshot([{ fills: fillsOf("d") }]));
        return () => undefined;
      },
    },
    frame: { show: (draw: () => void) => draw() },
  } as unknown as Desk;
  const fills = new OwnFills(desk, { accountId: "demo", instrumentId: "BTC-USD" });
  await vi.waitFor(() => expect(fills.all).toHaveLength(4));
  expect(fills.all.map(({ executionId }) => executionId)).toEqual(["d", "c", "b", "a"]);
  expect(fills.problem).toBe("");
});

test("a stream that begins again ends the reading before: one list is read at a time", async () => {
  const signals: AbortSignal[] = [];
  let snapshot: (parts: readonly { fills: Fill[] }[]) => void = () => undefined;
  const desk = {
    clients: {
      orders: {
        listFills: (_request: object, { signal }: { signal: AbortSignal }) => {
          signals.push(signal);
          return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
        },
      },
    },
    connection: {
      watch: (_terms: object, watcher: { snapshot: typeof snapshot }) => {
        snapshot = (parts) => watcher.snapshot(parts);
        return () => undefined;
      },
    },
    frame: { show: (draw: () => void) => draw() },
  } as unknown as ConstructorParameters<typeof OwnFills>[0];
  const fills = new OwnFills(desk, { accountId: "demo", instrumentId: "BTC-USD" });
  snapshot([{ fills: [] }]);
  snapshot([{ fills: [] }]);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  fills.close();
  await Promise.resolve();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(fills.problem).toBe("");
});
