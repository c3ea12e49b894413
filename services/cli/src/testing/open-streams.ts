import { OrderSessionService, TradeResponseSchema } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { Channel, StreamService, SubscribeResponseSchema } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { type DescMessage, type MessageShape, toJsonString } from "@bufbuild/protobuf";
import { type Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";

/** A stream that is read as it comes. */
export interface OpenStream {
  readonly name: string;
  /** Every message so far, as JSON. */
  readonly messages: readonly string[];
  /** How it ended, and when by `performance.now()`; `undefined`: it has not. */
  readonly ended: { readonly code: Code | undefined; readonly at: number } | undefined;
  close(): void;
}

/** Everything private of an account, on one stream. */
export function openSubscription(name: string, transport: Transport, accountId: string): OpenStream {
  const channels = [Channel.ORDERS, Channel.FILLS, Channel.BALANCES, Channel.POSITIONS];
  const subscriptions = channels.map((channel) => ({ subscriptionId: `c${channel}`, channel, accountId }));
  const client = createClient(StreamService, transport);
  return read(name, SubscribeResponseSchema, (signal) => client.subscribe({ subscriptions }, { signal, timeoutMs: 0 }));
}

/** A session of the account that sends nothing but its opening. With a cursor it hears of all the account's orders. */
export function openSession(name: string, transport: Transport, accountId: string, resumeCursor = ""): OpenStream {
  const client = createClient(OrderSessionService, transport);
  return read(name, TradeResponseSchema, (signal) => {
    async function* requests() {
      yield { clientSequence: 1n, request: { case: "open" as const, value: { accountId, resumeCursor } } };
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    }
    return client.trade(requests(), { signal, timeoutMs: 0 });
  });
}

function read<S extends DescMessage>(
  name: string,
  schema: S,
  open: (signal: AbortSignal) => AsyncIterable<MessageShape<S>>,
): OpenStream {
  const closing = new AbortController();
  const messages: string[] = [];
  let ended: OpenStream["ended"];
  const follow = async () => {
    for await (const message of open(closing.signal)) messages.push(toJsonString(schema, message));
  };
  const over = (code: Code | undefined) => {
    ended = { code, at: performance.now() };
  };
  follow().then(
    () => over(undefined),
    (error: unknown) => over(ConnectError.from(error).code),
  );
  return {
    name,
    messages,
    get ended() {
      return ended;
    },
    close: () => closing.abort(),
  };
}
