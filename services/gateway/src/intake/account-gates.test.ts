import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { expect, test } from "vitest";
import { AccountGates, MOST_CANCELS, MOST_CANCELS_OF_ALL, MOST_ORDERS, MOST_ORDERS_OF_ALL } from "./account-gates.ts";
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

test.each<[CommandClass, number, number, CommandClass]>([
  ["ORDER", MOST_ORDERS_OF_ALL, MOST_ORDERS, "CANCEL"],
  ["CANCEL", MOST_CANCELS_OF_ALL, MOST_CANCELS, "ORDER"],
  ["ADMIN", MOST_CANCELS_OF_ALL, MOST_CANCELS, "ORDER"],
])(
  "S24: %s: %i unanswered of all accounts are let in, no more; the other kind is not kept out",
  (kind, most, ofOne, other) => {
    const gates = new AccountGates(manualClock(), () => undefined);
    let taken = 0;
    for (let count = 0; count < most; count++) {
      if (gates.enter(`account-${Math.floor(count / ofOne)}`, kind) === undefined) taken += 1;
    }
    expect(taken).toBe(most);
    const refused = gates.enter("bob", kind)?.refusal;
    expect([refused?.reason, refused?.retryAfter?.seconds]).toEqual([Reason.BUSY, 1n]);
    expect(gates.enter("bob", other)).toBeUndefined();
    gates.leave("account-0", kind);
    expect(gates.enter("bob", kind)).toBeUndefined();
    expect(gates.enter("ada", kind)?.refusal.reason).toBe(Reason.BUSY);
  },
);
