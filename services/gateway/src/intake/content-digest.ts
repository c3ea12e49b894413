import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { encodeView } from "@atlas/gen/codec/codec";
import type { Digest } from "@atlas/platform/ports/digest";
import { canonicalAmount, canonicalLimits, canonicalReplace, canonicalTerms } from "./canonical.ts";

const DIGEST_BYTES = 16;
const NOTHING = new Uint8Array(0);

/**
 * What a repeat of a request must share: the first 16 bytes of SHA-256 over an `OrderCommand` that holds the command alone,
 * its decimals compared by value. The account and the request id say which request it is, not what it asks; which kind of
 * command it is counts, for an id is used by one method only.
 */
export function contentDigest(digest: Digest, command: OrderCommand["command"]): Uint8Array {
  const content = encodeView(OrderCommandCodec, { ...BLANK, command: canonical(command) });
  return digest.sha256(content).subarray(0, DIGEST_BYTES);
}

/** A command without anything in it. */
const BLANK: OrderCommand = {
  $typeName: "atlas.log.v1.OrderCommand",
  commandId: "",
  accountId: "",
  requestId: "",
  contentDigest: NOTHING,
  sessionId: "",
  orderId: "",
  command: { case: undefined },
};

function canonical(command: OrderCommand["command"]): OrderCommand["command"] {
  switch (command.case) {
    case "submit": {
      const { value } = command;
      return { case: "submit", value: { ...value, order: value.order && canonicalTerms(value.order) } };
    }
    case "replace":
      return { case: "replace", value: canonicalReplace(command.value) };
    case "deposit":
    case "withdraw": {
      const { amount } = command.value;
      return { ...command, value: { ...command.value, amount: amount && canonicalAmount(amount) } } as typeof command;
    }
    case "setLimits": {
      const { limits } = command.value;
      return { case: "setLimits", value: { ...command.value, limits: limits && canonicalLimits(limits) } };
    }
    default:
      return command;
  }
}
