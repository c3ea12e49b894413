import { GatewayPlatform } from "@atlas/assembly/testing/gateway-platform";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { expect, test } from "vitest";
import type { AtlasClient } from "../client/atlas-client.ts";
import { Findings } from "./findings.ts";
import { liveLog } from "./live-log.ts";
import { checkDecisions } from "./live-replay.ts";
import type { LogSource } from "./log-source.ts";

const platform = await new GatewayPlatform(100).start();
const accountId = await platform.account({ USD: "10000" });
const operations = platform.client(OperationsService);

/** What the doctor finds of I10 on the running platform, its market going on meanwhile. */
async function found(asked: Partial<AtlasClient["operations"]> = {}, log: Partial<LogSource> = {}) {
  const atlas = { operations: { ...operations, ...asked } } as AtlasClient;
  const findings = new Findings();
  const source = { ...(await platform.run(liveLog(atlas))), ...log };
  await platform.run(
    checkDecisions(
      atlas,
      source,
      findings,
      () => undefined,
      () => Promise.resolve(),
    ),
  );
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

/** The platform's answers, in which one shard is not ready for so many questions. */
function unready(shard: string, questions: number) {
  const asked: string[] = [];
  const getSystemState: AtlasClient["operations"]["getSystemState"] = async (request, options) => {
    const answer = await operations.getSystemState(request, options);
    if (request.shard === shard && asked.push(shard) <= questions)
      for (const state of answer.shards) state.ready = false;
    return answer;
  };
  return { asked, getSystemState };
}

test("I10: a shard that moves to another owner is asked again", async () => {
  const { asked, getSystemState } = unready("oms/3", 2);
  const [finding] = await found({ getSystemState });
  expect(finding).toMatchObject({ invariant: "I10", holds: true });
  expect(asked).toHaveLength(3);
});

test("I10: of a shard that does not become ready nothing is proven, and that is told", async () => {
  const { getSystemState } = unready("oms/3", 1_000);
  const [finding] = await found({ getSystemState });
  const text = "oms/3 is not ready: its state is not known";
  expect(finding).toEqual({ invariant: "I10", holds: false, text });
});

test("I10: a shard of which no first inputs are left is told of, and holds", async () => {
  const { range } = await platform.run(liveLog({ operations } as AtlasClient));
  const [finding] = await found(undefined, {
    range: async (topic, partition) => {
      const whole = await range(topic, partition);
      return topic === "orders.commands" && partition === 3 ? { ...whole, start: 1 } : whole;
    },
  });
  expect(finding).toMatchObject({ invariant: "I10", holds: true });
  expect(finding?.text).toMatch(/; not looked at: oms\/3, whose inputs are trimmed$/);
});

test("F13, I10: a market event that the log lacks is told", async () => {
  const source = await platform.run(liveLog({ operations } as AtlasClient));
  const [finding] = await found(undefined, {
    async *records(topic, partition, from, end) {
      for await (const record of source.records(topic, partition, from, end)) {
        const isDamaged = topic === "market.data" && partition === 0 && record.offset === 1;
        yield isDamaged ? { ...record, bytes: Uint8Array.of(1, 2, 3) } : record;
      }
    },
  });
  expect(finding?.holds).toBe(false);
  expect(finding?.text).toMatch(/^venue\/0: \d+ that it decided do not stand on the log$/);
});
