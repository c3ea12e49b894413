import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { refusal, toConnectError } from "@atlas/platform/refusal/refusal-error";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { exitCodes, failureOf } from "./failure.ts";
import { repeat } from "./repeat.ts";

const away = () => new ConnectError("away", Code.Unavailable);
const nobody = () =>
  new ConnectError("away", Code.Unavailable, undefined, undefined, new Error("connect ECONNREFUSED"));

describe("repeat", () => {
  /** Fails with each error in turn, then answers; resolves to the number of calls. */
  async function calls(bound: number, errors: readonly unknown[], atOnce?: boolean): Promise<number> {
    let count = 0;
    await repeat(
      bound,
      async () => {
        const error = errors[count++];
        if (error !== undefined) throw error;
      },
      atOnce,
    );
    return count;
  }

  test("asks again while the outcome is unknown or the refusal passes (F1, F2)", async () => {
    const deadline = new ConnectError("late", Code.DeadlineExceeded);
    const busy = toConnectError(refusal(Reason.BUSY, "busy"));
    expect(await calls(10_000, [away(), deadline, busy])).toBe(4);
  });

  test("a refusal that stands is not repeated", async () => {
    const error = toConnectError(refusal(Reason.INSUFFICIENT_FUNDS, "less is available"));
    await expect(calls(10_000, [error])).rejects.toBe(error);
  });

  test("a platform that never was there is not waited for, unless asked to", async () => {
    await expect(calls(10_000, [nobody()])).rejects.toThrow("away");
    expect(await calls(10_000, [nobody()], false)).toBe(2);
  });

  test("ends with the bound", async () => {
    await expect(calls(60, [away(), away(), away()])).rejects.toThrow("away");
  });
});

describe("how a call's failure ends the command", () => {
  const violations = [{ field: "order.limit_price", reason: Reason.OFF_TICK, message: "not a multiple of 0.01" }];
  const rows: readonly [string, ConnectError, number, string][] = [
    ["nobody there", nobody(), exitCodes.unreachable, "not reachable at http://x: connect ECONNREFUSED"],
    [
      "a refusal",
      toConnectError(refusal(Reason.OFF_TICK, "1.001 is off the tick", { violations })),
      exitCodes.refused,
      "1.001 is off the tick [INVALID_ARGUMENT, OFF_TICK]\n  order.limit_price: not a multiple of 0.01",
    ],
    [
      "an order that was kept",
      toConnectError(refusal(Reason.QUANTITY_LIMIT, "too much", { orderId: "o1" })),
      exitCodes.refused,
      "too much [FAILED_PRECONDITION, QUANTITY_LIMIT]\n  kept as order o1",
    ],
    [
      "a refusal because the platform starts",
      toConnectError(refusal(Reason.NOT_READY, "starting")),
      exitCodes.refused,
      "starting [UNAVAILABLE, NOT_READY]",
    ],
    ["no method", new ConnectError("none", Code.Unimplemented), exitCodes.refused, "unimplemented: none"],
  ];
  test.each(rows)("%s", (_, error, exitCode, message) => {
    expect(failureOf(error, "http://x")).toMatchObject({ exitCode, message });
  });
});
