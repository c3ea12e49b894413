import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import type { SubmitOrdersEntrySchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { answerOfError, answerOfOrder, answerOfResult } from "./answer.ts";
import type { Answer, Asked } from "./asked.ts";
import type { Road } from "./road.ts";

/** Unary calls; each further attempt of a request goes to the next gateway. */
export class CallRoad implements Road {
  readonly #gateways: readonly AtlasClient[];
  readonly #home: number;

  constructor(gateways: readonly AtlasClient[], home: number) {
    this.#gateways = gateways;
    this.#home = home;
  }

  async ask(asked: Asked, patience: number): Promise<Answer> {
    try {
      return await call(this.#gatewayOf(asked), asked, patience);
    } catch (error) {
      return answerOfError(error);
    }
  }

  async askMany(asked: readonly Asked[], patience: number): Promise<readonly Answer[]> {
    const first = asked[0] as Asked;
    const entries = asked.map(entryOf);
    try {
      const { orders } = this.#gatewayOf(first);
      const { results } = await orders.submitOrders({ accountId: first.accountId, entries }, { timeoutMs: patience });
      return asked.map((_, index) => answerOfResult(results[index]));
    } catch (error) {
      return asked.map(() => answerOfError(error));
    }
  }

  close(): void {
    for (const gateway of this.#gateways) gateway.close();
  }

  #gatewayOf({ sent }: Asked): AtlasClient {
    return this.#gateways[(this.#home + sent) % this.#gateways.length] as AtlasClient;
  }
}

function entryOf({ requestId, content }: Asked): MessageInitShape<typeof SubmitOrdersEntrySchema> {
  if (content.kind !== "submit") throw new RangeError(`a batch is of new orders, not of ${content.kind}`);
  return { requestId, order: content.order };
}

async function call({ orders, accounts }: AtlasClient, asked: Asked, timeoutMs: number): Promise<Answer> {
  const { accountId, requestId, content } = asked;
  const named = { requestId, accountId };
  const options = { timeoutMs };
  switch (content.kind) {
    case "submit":
      return answerOfOrder((await orders.submitOrder({ ...named, order: content.order }, options)).order);
    case "cancel":
      return answerOfOrder((await orders.cancelOrder({ ...named, orderId: content.orderId }, options)).order);
    case "replace": {
      const { orderId, quantity, limitPrice } = content;
      return answerOfOrder((await orders.replaceOrder({ ...named, orderId, quantity, limitPrice }, options)).order);
    }
    case "cancelMany":
      await orders.cancelOrders(named, options);
      return { kind: "DONE" };
    case "deposit":
    case "withdraw": {
      const amount = { asset: content.asset, amount: content.amount };
      if (content.kind === "deposit") await accounts.depositFunds({ ...named, amount }, options);
      else await accounts.withdrawFunds({ ...named, amount }, options);
      return { kind: "DONE" };
    }
  }
}
