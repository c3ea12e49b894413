import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { LogUnavailable } from "@atlas/platform/ports/log";
import { afterEach, expect, test, vi } from "vitest";
import { fewInstruments } from "../simulated/few-instruments.ts";
import { MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, errorOf } from "../testing/desk.ts";

let platform: MemoryPlatform;
afterEach(() => expect(platform.failures).toEqual([]));

const amount = { asset: "USD", amount: "10" };
const requestId = "the request";

/** What it does, where it is decided, and the call. */
const calls: [string, string, () => Promise<unknown>][] = [
  [
    "a deposit",
    "orders.commands",
    () => platform.client(AccountService).depositFunds({ requestId, accountId: "ada", amount }),
  ],
  [
    "a withdrawal",
    "orders.commands",
    () => platform.client(AccountService).withdrawFunds({ requestId, accountId: "ada", amount }),
  ],
  ["a change of limits", "orders.commands", () => new Desk(platform, "ada").limit({ maximumOpenOrders: 7 })],
  [
    "a new account",
    "orders.commands",
    () => platform.client(AccountService).createAccount({ requestId, accountId: "bob", ownerId: "bob" }),
  ],
  [
    "an instrument's definition",
    "control.commands",
    () =>
      platform.client(InstrumentService).defineInstrument({
        requestId,
        instrument: { ...(fewInstruments[1] as Instrument), instrumentId: "LTC-USD", baseAsset: "LTC" },
      }),
  ],
  ["a user's end", "identity.commands", () => platform.client(IdentityService).disableUser({ userId: "cyd" })],
];

// The answer shows what came of it, which cannot be read then: who reads "nothing was done" may do it by another way, once more.
test.each(calls)(
  "I7, F12: %s that is decided as the log goes away is told as unknown, not as nothing",
  async (_, topic, call) => {
    platform = await new MemoryPlatform().start();
    await platform.account("ada", { USD: "1000" });
    await platform.run(platform.client(IdentityService).createUser({ userId: "cyd" }));
    const { world } = platform;
    const range = vi.spyOn(world.log, "range");
    let logged = 0;
    world.written = (written) => {
      if (written !== topic) return;
      logged++;
      range.mockRejectedValue(new LogUnavailable("the log is down"));
    };
    expect(await platform.run(errorOf(call()))).toMatchObject({ code: "DeadlineExceeded", reason: "OUTCOME_UNKNOWN" });
    expect(logged).toBeGreaterThan(0);
    range.mockRestore();
    world.written = () => undefined;
    await platform.clock.advance(5_000);
    expect(await platform.run(errorOf(call()))).toBe("answered");
  },
);
