import { contentDigest } from "@atlas/gateway/intake/content-digest";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { NewOrder } from "@atlas/gen/atlas/order/v1/order_pb";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import { orderIdOf } from "@atlas/platform/text/order-id";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrameOf } from "@atlas/platform/wire/codec/frame";
import { timestampOf } from "@atlas/platform/wire/time";
import { nextRequestId } from "./request-id.ts";

type Command = OrderCommand["command"];

/** Milliseconds that a command is worth deciding. */
const VALIDITY = 15_000;
/** What a gateway finds of a new id in the store, which a fast feed makes shards ask for (S18). */
const STORE_BEHIND = 1_000;
const NOTHING = new Uint8Array(0);

/**
 * Puts commands on one partition of the log as a gateway does, without an edge in front and without hearing what became of
 * them: the fastest way to fill a platform.
 */
export class OrderFeed {
  readonly #log: Log;
  readonly #digest: Digest;
  readonly #partition: number;
  readonly #source: string;
  #sent = 0;

  /** `incarnation`: a gateway's, that nobody else ever had. */
  constructor(log: Log, digest: Digest, partition: number, incarnation: string) {
    this.#log = log;
    this.#digest = digest;
    this.#partition = partition;
    this.#source = incarnation;
  }

  /** The same order, again and again, in one frame; resolves when it is on the log. One frame at a time. */
  submit(accountId: string, order: NewOrder, count: number): Promise<void> {
    const command = { case: "submit", value: { $typeName: "atlas.order.v1.SubmitOrder", order } } as const;
    return this.send(accountId, new Array<Command>(count).fill(command));
  }

  /** Any commands, in one frame. */
  async send(accountId: string, commands: readonly Command[]): Promise<void> {
    const firstNumber = BigInt(this.#sent + 1);
    const now = Date.now();
    const messages = commands.map((command) => this.#message(accountId, command, now));
    const header = { source: this.#source, writer: this.#source, firstNumber };
    const bytes = encodeFrameOf(OrderCommandCodec, header, messages, this.#digest);
    await this.#log.append(topics.orderCommands.name, this.#partition, bytes);
  }

  #message(accountId: string, command: Command, now: number): OrderCommand {
    this.#sent += 1;
    const requestId = nextRequestId();
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
      evidence: {
        $typeName: "atlas.log.v1.Evidence",
        storeTime: timestampOf(now - STORE_BEHIND),
        contentDigest: NOTHING,
        absent: true,
      },
      orderId: orderIdOf(this.#digest, this.#partition, accountId, requestId),
      command,
    };
  }
}
