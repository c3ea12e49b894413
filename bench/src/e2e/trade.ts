import { openTradeConnection } from "@atlas/adapters/http/trade/trade-client";
import type { NewOrder } from "@atlas/gen/atlas/order/v1/order_pb";
import type { TradeRequest, TradeResponse } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import type { Address } from "../platform/api.ts";

/** An open session of one account. */
export interface Trade {
  /** Sends an order; answers the client sequence that its answer will bear. */
  submit(requestId: string, order: NewOrder): bigint;
  close(): void;
}

/** Opens a session on a connection of its own; `hear` gets all that comes on it from then on. */
export function openTrade(
  { url, key }: Address,
  accountId: string,
  hear: (response: TradeResponse) => void,
): Promise<Trade> {
  return new Promise((resolve, reject) => {
    const connection = openTradeConnection(url, key);
    let clientSequence = 0n;
    let closing = false;
    const client = connection.open({
      receive: (response) => {
        if (response.response.case === "opened") resolve(trade);
        else hear(response);
      },
      ended: (error) => {
        const reason = new Error(`the session of ${accountId} ended: ${error?.message}`);
        reject(reason);
        if (!closing) throw reason;
      },
    });
    const send = (request: TradeRequest["request"]) => {
      clientSequence += 1n;
      client.send({ $typeName: "atlas.order.v1.TradeRequest", clientSequence, request });
      return clientSequence;
    };
    const trade: Trade = {
      submit: (requestId, order) =>
        send({
          case: "submit",
          value: { $typeName: "atlas.order.v1.SubmitOrderRequest", requestId, accountId: "", order },
        }),
      close: () => {
        closing = true;
        client.finish();
        connection.close();
      },
    };
    send({
      case: "open",
      value: { $typeName: "atlas.order.v1.OpenSession", accountId, cancelOnDisconnect: false, resumeCursor: "" },
    });
  });
}
