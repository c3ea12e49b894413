import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { expect, test } from "vitest";
import { AccountGates, MOST_CANCELS, MOST_ORDERS } from "./account-gates.ts";
import type { CommandClass } from "./pending-command.ts";

test.each<[CommandClass, number, CommandClass]>([
  ["ORDER", MOST_ORDERS, "CANCEL"],
  ["CANCEL", MOST_CANCELS, "ORDER"],
])(
  "S24: %s: %i unanswered are let in, no more; the other kind is not kept out, and another account is not",
  (kind, most, other) => {
    const gates = new AccountGates(manualClock(), () => undefined);
    for (let count = 0; count < most; count++) expect(gates.enter("ada", kind)).toBeUndefined();
    expect(gates.enter("ada", kind)?.refusal.reason).toBe(Reason.BUSY);
    expect(gates.enter("ada", other)).toBeUndefined();
    expect(gates.enter("bob", kind)).toBeUndefined();
    gates.leave("ada", kind);
    expect(gates.enter("ada", kind)).toBeUndefined();
  },
);
