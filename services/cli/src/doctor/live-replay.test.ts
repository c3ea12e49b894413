import { GatewayPlatform } from "@atlas/assembly/testing/gateway-platform";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { expect, test } from "vitest";
import type { AtlasClient } from "../client/atlas-client.ts";
import { Findings } from "./findings.ts";
import { liveLog } from "./live-log.ts";
import { checkDecisions } from "./live-replay.ts";

const platform = await new GatewayPlatform(100).start();
const accountId = await platform.account({ USD: "10000" });
const operations = platform.client(OperationsService);

/** What the doctor finds of I10 on the running platform, its market going on meanwhile. */
async function found(asked: Partial<AtlasClient["operations"]> = {}) {
  const atlas = { operations: { ...operations, ...asked } } as AtlasClient;
  const findings = new Findings();
  const source = await platform.run(liveLog(atlas));
  await platform.run(checkDecisions(atlas, source, findings, () => undefined));
  return findings.all();
}

test("I10: a running platform's shards are what their inputs make, however far each is when it is asked", async () => {
  const order = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.MARKET, quantity: "0.01" };
  await platform.run(platform.client(OrderService).submitOrder({ requestId: "r", accountId, order }));
  const [finding] = await found();
  expect(finding).toMatchObject({ invariant: "I10", holds: true });
  expect(Number.parseInt(finding?.text ?? "", 10)).toBeGreaterThan(100);
});

test("I10: a state that its inputs do not make is found, in whichever shard", async () => {
  const account = platform.shards.oms.flatMap(({ shard }) => shard.state.accounts.get(accountId) ?? [])[0];
  if (account === undefined) throw new Error("no account");
  account.balance("USD").availableMinor += 1n;
  const [finding] = await found();
  account.balance("USD").availableMinor -= 1n;
  expect(finding?.holds).toBe(false);
  expect(finding?.text).toMatch(/^oms\/\d+: its state at input \d+ is not what its inputs make$/);
});
