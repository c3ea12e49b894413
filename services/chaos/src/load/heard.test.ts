import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { expect, test } from "vitest";
import { behind } from "./heard.ts";

/** A platform on which so many orders are open, and whose last posting of any account has this sequence. */
function platform(open: number, last?: bigint): AtlasClient {
  const orders = { listOrders: async () => ({ orders: Array(open).fill({ orderId: "o1" }) }) };
  const accounts = { listPostings: async () => ({ postings: last === undefined ? [] : [{ sequence: last }] }) };
  return { orders, accounts } as unknown as AtlasClient;
}

const byCalls = { accountId: "calls", heardThrough: undefined };
const onSession = (heardThrough: number) => [byCalls, { accountId: "session", heardThrough }];

test("I19: a session has heard all when nothing is open and its cursor is at the account's last event", async () => {
  expect(await behind(platform(0, 7n), onSession(7))).toBe("");
  expect(await behind(platform(0, 7n), onSession(9))).toBe("");
  expect(await behind(platform(0), onSession(0))).toBe("");
  expect(await behind(platform(2, 9n), [byCalls])).toBe("");
});

test("I19: a session whose cursor is before that is behind, and so is one of an account with open orders", async () => {
  expect(await behind(platform(0, 8n), onSession(7))).toBe("the session of session was told through 7, not 8");
  expect(await behind(platform(2, 7n), onSession(7))).toBe("2 orders of session are open, such as o1");
});
