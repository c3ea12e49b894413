import { crc32 } from "node:zlib";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";

/** What an event lets a venue do, as a checksum; `undefined`: nothing that is looked at. */
export function permitOf({ event: body, orderId, accountId }: OrderEvent): number | undefined {
  if (body.case === "orderAccepted") {
    const { order } = body.value;
    return order && checksum("place", orderId, accountId, `${order.side}`, order.quantity, order.limitPrice);
  }
  if (body.case !== "replaceRequested") return undefined;
  return checksum("amend", orderId, accountId, "", body.value.quantity, body.value.limitPrice);
}

/** The same of what a venue was sent. */
export function askedOf({ command }: VenueCommand): number | undefined {
  if (command.case === "place") {
    const { orderId, accountId, side, quantity, limitPrice } = command.value;
    return checksum("place", orderId, accountId, `${side}`, quantity, limitPrice);
  }
  if (command.case !== "amend") return undefined;
  const { orderId, accountId, quantity, limitPrice } = command.value;
  return checksum("amend", orderId, accountId, "", quantity, limitPrice);
}

function checksum(...terms: readonly string[]): number {
  return crc32(terms.join("\0"));
}
