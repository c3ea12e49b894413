import { contentDigest } from "@atlas/gateway/intake/content-digest";
import { orderIdOf } from "@atlas/gateway/intake/order-id";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { type NewOrder, NewOrderSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrameOf } from "@atlas/platform/wire/codec/frame";
import { timestampOf } from "@atlas/platform/wire/time";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { nextRequestId } from "./request-id.ts";

/** Milliseconds that a command is worth deciding. */
const VALIDITY = 15_000;

/**
 * Puts orders on one partition of the log as a gateway does, without an edge in front and without hearing what became of them:
 * the fastest way to fill a platform.
 */
export class OrderFeed {
  readonly #log: Log;
  readonly #digest: Digest;
  readonly #partition: number;
  readonly #source: string;
  #sent = 0;

  /** `name`: eleven characters that no other feed of this platform ever had. */
  constructor(log: Log, digest: Digest, partition: number, name: string) {
    this.#log = log;
    this.#digest = digest;
    this.#partition = partition;
    this.#source = `g${name}`;
  }

  /** One frame; resolves when it is on the log. One at a time. */
  async send(accountId: string, orders: readonly MessageInitShape<typeof NewOrderSchema>[]): Promise<void> {
    const firstNumber = this.#sent + 1;
    const now = Date.now();
    const messages = orders.map((order) => this.#command(accountId, create(NewOrderSchema, order), now));
    const header = { source: this.#source, writer: this.#source, firstNumber: BigInt(firstNumber) };
    const bytes = encodeFrameOf(OrderCommandCodec, header, messages, this.#digest);
    await this.#log.append(topics.orderCommands.name, this.#partition, bytes);
  }

  #command(accountId: string, order: NewOrder, now: number): OrderCommand {
    this.#sent += 1;
    const requestId = nextRequestId();
    const command = { case: "submit", value: { $typeName: "atlas.order.v1.SubmitOrder", order } } as const;
    return {
      $typeName: "atlas.log.v1.OrderCommand",
      commandId: `${this.#source}.${this.#sent}`,
      accountId,
      requestId,
      contentDigest: contentDigest(this.#digest, command),
      principal: { $typeName: "atlas.identity.v1.Principal", userId: "bench", keyId: "" },
      sessionId: "",
      quote: {
        $typeName: "atlas.market.v1.Quote",
        bid: "",
        ask: "",
        last: "",
        marketSequence: 1n,
        time: timestampOf(now),
      },
      validUntil: timestampOf(now + VALIDITY),
      orderId: orderIdOf(this.#digest, this.#partition, accountId, requestId),
      command,
    };
  }
}
